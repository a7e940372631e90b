"""The servers, or everything, in containers: `CARTLOAD_ENGINE=docker`."""
