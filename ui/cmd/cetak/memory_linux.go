package main

/*
#include <stddef.h>

// The C library's, where it has one: it gives back what lies free between what is in use.
extern int malloc_trim(size_t) __attribute__((weak));

static void trim(void) {
	if (malloc_trim)
		malloc_trim(0);
}
*/
import "C"

// trimC gives back what the display driver freed: drawn names, mostly.
func trimC() { C.trim() }
