"""Report: the finished results of a chain as one page that reads like a paper."""
