"""Files that staff send to a person: checked, made anew, kept for a while at an address."""
