// Package panel turns a card face into what each ribbon panel burns, and that into the fewest bytes of the printer's
// bitmap commands. It is pure: same artwork, same bytes.
//
// Source of every number and byte: Evolis "Programming Guide" A5013 Rev. E (2003), pages 4 to 6 and 14 to 16, and
// spool files of the maker's Windows driver (2010). Not checked on hardware.
package panel
