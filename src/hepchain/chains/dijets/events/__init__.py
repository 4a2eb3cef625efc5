"""Events of dijets: generated and smeared, or read; their jets and the numbers of each event."""
