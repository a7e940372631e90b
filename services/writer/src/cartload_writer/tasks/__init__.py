"""The role `tasks`: prepare, seal and delete datasets, as persisted tasks that outlive every process."""
