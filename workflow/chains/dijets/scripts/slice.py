"""Rule ``slice``."""

from hepchain.chains.dijets.config.methods import SliceConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.slice import against_slice, study
from hepchain.io.structured import plain, write_json
from hepchain.workflow import job

with job(snakemake):
    config, seed = SliceConfig.model_validate(snakemake.params.slice), snakemake.params.seed
    files = list(snakemake.input.files)
    events = Events.read(snakemake.input.data)
    found = {
        **{f"real_slice/{name}": one for name, one in study(files, config, seed).items()},
        **{
            f"auc_against_real_slice/{name}": one
            for name, one in against_slice(events, files, config, seed).items()
        },
    }
    write_json(snakemake.output[0], plain(found))
