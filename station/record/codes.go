package record

import "cetak/drivers"

// Errors of a record: it cannot be made into a card, and no blank moves. Only the centre can correct it.
const (
	NotARecord        drivers.Code = "R-101" // the payload is no record of version 1: not JSON, an unknown, missing, or repeated key, a value of the wrong type
	FieldMissing      drivers.Code = "R-102" // a field that the card prints is empty
	FieldCharacter    drivers.Code = "R-103" // a quotation mark, a control character, or a letter outside ASCII: the chip's biodata line cannot hold it
	FieldTooLong      drivers.Code = "R-104" // longer than the register allows (name 60, address 120, any other 60)
	NIKImpossible     drivers.Code = "R-105" // the NIK cannot exist: not 16 digits, serial 0000, or no such day or month
	NIKSexContradicts drivers.Code = "R-106" // the NIK's birth date agrees with the record and its sex does not
	DateImpossible    drivers.Code = "R-107" // a date that is not DD-MM-YYYY, does not exist, or a birth date after today
	TooYoung          drivers.Code = "R-108" // under 17 and never married: no card may be issued
	RecordExpired     drivers.Code = "R-109" // the moment after which the centre forbids printing has passed
	PhotoBroken       drivers.Code = "R-110" // the portrait to print does not decode as a JPEG of acceptable size
	SignatureBroken   drivers.Code = "R-111" // the holder's signature does not decode as a PNG of acceptable size
	ChipFileMissing   drivers.Code = "R-112" // one of the chip files 6FF1 to 6FF6 is not there, or one that does not exist is
	ChipFileLength    drivers.Code = "R-113" // a chip file's two length bytes disagree with its content, or a file of fixed size has another
	ChipTooLarge      drivers.Code = "R-114" // all chip files together with 6FF0 need more than the chip's 8,192 bytes
	ChipPhotoBroken   drivers.Code = "R-115" // the portrait for the chip does not decode as a JPEG
	BiodataBroken     drivers.Code = "R-116" // the chip's biodata is no line of 21 quoted values
	BiodataDiffers    drivers.Code = "R-117" // the chip's biodata says something else than the fields to print
	ChipPhotoDiffers  drivers.Code = "R-118" // the portrait for the chip shows another picture than the one to print
	ValidityWrong     drivers.Code = "R-119" // a WNI card not valid for life, or a WNA card without a date or with one that has passed
	KindContradicts   drivers.Code = "R-120" // WNI with a foreign nationality, or WNA with WNI
	ChipSignatureBad  drivers.Code = "R-122" // the register's signature (6FF6) does not hold over the files for the chip
	PhotoSize         drivers.Code = "R-121" // the portrait to print is smaller than 236 x 300 dots or of another proportion
)

// Warnings of a record: shown to the operator, never stopping. Values that a list does not know are printed as they came.
const (
	NIKDateDiffers    drivers.Code = "R-151" // the NIK's birth date is not the record's: legal when the NIK was once mis-entered
	NIKSexDiffers     drivers.Code = "R-152" // neither the NIK's date nor its sex agrees with the record
	RegionUnknown     drivers.Code = "R-153" // the NIK's province or regency code is in no list, present or past
	ReligionUnknown   drivers.Code = "R-154" // a religion that the list does not know
	OccupationUnknown drivers.Code = "R-155" // an occupation that the list does not know
	MaritalUnknown    drivers.Code = "R-156" // a marital status that the list does not know
	SexUnknown        drivers.Code = "R-157" // a sex that the list does not know
	BloodUnknown      drivers.Code = "R-158" // a blood group that the list does not know
	NameOneWord       drivers.Code = "R-159" // a name of one word: only old documents have it
	NameCharacters    drivers.Code = "R-160" // punctuation or digits in the name: only old documents have it
	ReasonUnknown     drivers.Code = "R-161" // a reason for printing that is not on the list
	RTRWUnusual       drivers.Code = "R-162" // RT or RW is not three digits
	IssuedLater       drivers.Code = "R-163" // the date of issue on the card is after today
	ClearedLater      drivers.Code = "R-164" // cleared for printing in the future: a clock is wrong, here or at the centre
	LowerCase         drivers.Code = "R-165" // lower-case letters in a field: cards are written in capitals
)

// Refusals of the guard: the card is not printed, and if its chip was written the blank is spoiled.
const (
	GuardFileMissing   drivers.Code = "R-201" // a chip file that the guard needs was not read back
	GuardFieldsDiffer  drivers.Code = "R-202" // the biodata read back is not the record's
	GuardPhotoDiffers  drivers.Code = "R-203" // the portrait read back is not the one that will be printed
	GuardSignatureBad  drivers.Code = "R-204" // the register's signature does not hold over what was read back
	GuardPrintDiffers  drivers.Code = "R-205" // the portrait on the face to print is not this record's
	GuardPhotoUnusable drivers.Code = "R-206" // the portrait read back does not decode
)

// Refusals of an envelope or a key, found before there is a record.
const (
	EnvelopeBroken   drivers.Code = "S-101" // no envelope: cut, altered, or of another form or algorithm than agreed
	EnvelopeForeign  drivers.Code = "S-102" // sealed to another station's key
	EnvelopeUnsigned drivers.Code = "S-103" // sealed, and not signed by anybody
	CentreUnknown    drivers.Code = "S-104" // signed with a key that this station does not know
	SignatureWrong   drivers.Code = "S-105" // names a key that we know, and the signature does not hold
	KeysUnusable     drivers.Code = "S-120" // a key file is missing, is no P-256 JWK, or is of the wrong kind
)

// refuse makes the fault of a refused record, envelope, or key. Detail must carry no personal data.
func refuse(c drivers.Code, op, detail string) *drivers.Fault {
	return &drivers.Fault{Code: c, Op: op, Card: drivers.NoCard, Again: drivers.AgainNever, Detail: detail}
}
