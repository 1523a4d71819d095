package assembly

// Name is who somebody is where names are believed: the name given, or else the computer's user.
func Name(given string) string {
	if given == "" {
		return osUser()
	}
	return given
}
