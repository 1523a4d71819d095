// Package pkcs11 keeps card keys in a PKCS#11 token (OASIS, PKCS #11 Cryptographic Token Interface Base Specification 2.40): a smart
// card, a USB token, an HSM, or Debian's softhsm2 in tests. It is the only importer of miekg/pkcs11.
//
// The keys of a set are AES keys in the token: objects labelled NAME-ENC, NAME-MAC, and, where there is one, NAME-DEK, whose CKA_ID is
// the key version number in one byte. They must be sensitive and not extractable. The token is asked for CKM_AES_CMAC, and for one
// CKM_AES_ECB block to tell a key's check value. What SP 800-108 derives from them for one card is the token's answer, so one
// card's keys pass through memory; they are overwritten when they were used.
package pkcs11
