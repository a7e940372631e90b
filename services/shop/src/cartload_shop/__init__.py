"""The shop service: shops that are opened on datasets and live on."""
