// Package hub plays a MOSIP to its print partner: the token service, the WebSub hub, the datashare, and the credential request generator, over
// HTTP, with credentials of invented people. It is written from MOSIP's own sources and documents (docs/mosip.md lists them) and knows
// nothing of the gateway that subscribes. It can fail as the real one does: drop subscribers without a word, repeat, reorder, and lose events, sign
// them wrongly, let links run out, lose answers, be away.
//
// What it must remember (requests, subscribers, undelivered events) is in a file, as the real hub's is in Kafka: it may be killed and started again.
package hub
