// Package scp03 is GlobalPlatform's Secure Channel Protocol 03 over any drivers.Chip, the host's side. Open authenticates
// both sides to each other and gives a Channel, which is itself a drivers.Chip.
//
// Sources: GlobalPlatform Card Technology, Secure Channel Protocol '03', Card Specification v2.3 Amendment D (GPC_SPE_014) v1.1.2, for
// S16 v1.2, called "Amd D" here; NIST SP 800-38B and SP 800-108. docs/secure-channel.md says how Amd D was read, what was checked
// against which published data, and that nothing was checked on hardware.
package scp03
