"""Export: a tagger as a folder that scores tracks without the libraries it was trained with."""
