"""What has to be there before the first start: secrets, databases and their users of least rights."""
