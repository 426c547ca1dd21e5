"""What stands on other people's work: the packages of both locks, their list for people and for machines."""
