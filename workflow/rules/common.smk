# Shared by the rule files: portable resource requests. Science and file handling live in the package.


def memory(megabytes):
    """Memory request in MB that grows with every retry of a job."""

    def request(wildcards, attempt):
        return megabytes * attempt

    return request
