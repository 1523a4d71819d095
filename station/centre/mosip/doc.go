// Package mosip is the gateway between a MOSIP and a centre. MOSIP sees a print partner: it subscribes to the partner's topic over WebSub,
// fetches and opens credentials, and reports RECEIVED, DOWNLOADED, VALIDATED, PRINTED, or ERROR. The centre sees a register: it is given
// records, sealed to the desks, and says where they stand. docs/mosip.md has every fact about MOSIP with its source, and every setting.
//
// What must hold: an event that was acknowledged is never lost, for it is on the disk before the answer; each status is reported in order and once for
// an event; PRINTED is said when the centre has booked a good card, and never before; one person has one card at a time, also when MOSIP asks
// twice; nothing of a person is in the log, and the credential is deleted when its request has ended.
//
// The gateway holds the register's keys: whoever has its folder can make people. It belongs where the register is, not at a desk.
package mosip
