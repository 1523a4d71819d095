package mosip

import "cetak/drivers"

// Faults of the gateway. None of them concerns a card.
const (
	FolderUnusable    drivers.Code = "N-601" // the gateway's folder, a setting, or a key is missing, does not read, or is open to others
	StoreUnusable     drivers.Code = "N-602" // the gateway's store cannot be opened or written, or a newer release wrote it
	HubUnreachable    drivers.Code = "N-603" // MOSIP does not answer
	HubRefused        drivers.Code = "N-604" // MOSIP answers and refuses: token, subscription, status
	EventForged       drivers.Code = "N-605" // an event whose signature does not hold under the secret of the subscription
	EventBroken       drivers.Code = "N-606" // an event that is signed and cannot be read
	CredentialLost    drivers.Code = "N-607" // the credential cannot be downloaded: its link is over, or nobody answers there
	CredentialSealed  drivers.Code = "N-608" // the credential does not open with the partner's key
	CredentialForged  drivers.Code = "N-609" // the credential is not signed, or not by one whom the gateway trusts
	CredentialInvalid drivers.Code = "N-610" // the credential lacks what the card needs, or says what no card may say
	PortraitUnusable  drivers.Code = "N-611" // the credential's portrait cannot be decoded
	NoDesk            drivers.Code = "N-612" // no desk of the record's office is known to the gateway
	NotPrinted        drivers.Code = "N-613" // no card will be made: the record was withdrawn, replaced, or ran out
)

func fault(c drivers.Code, again drivers.Again, detail string, err error) *drivers.Fault {
	return &drivers.Fault{Code: c, Op: "mosip gateway", Again: again, Detail: detail, Err: err}
}

// invalid refuses a credential. Detail names attributes and rules, never a value.
func invalid(detail string) *drivers.Fault {
	return fault(CredentialInvalid, drivers.AgainNever, detail, nil)
}
