"""What others need to use the results: statistical models and a submission to HEPData."""
