package station

import (
	"slices"

	"cetak/drivers"
	"cetak/station/access"
	"cetak/station/centre/api"
	"cetak/station/face"
	"cetak/station/flow"
	"cetak/station/journal"
	"cetak/station/office"
	"cetak/station/policy"
	"cetak/station/readiness"
	"cetak/station/record"
	"cetak/station/source"
)

// Faults lists, phase by phase, every code that can be raised in it: the one place that says so. A phase that is missing
// waits for people and performs nothing. docs/phase-fault.md is made from it.
func Faults() map[flow.Phase][]drivers.Code {
	// any question to the printer may meet the line, also on opening it anew, and the machine behind it
	asking := []drivers.Code{
		drivers.LineSilent, drivers.LineGone, drivers.LineNoise, drivers.LineNoPort, drivers.LineNotSerial, drivers.LineBusy,
		drivers.LineRefused, drivers.LineHeld, drivers.PrinterRefused, drivers.WrongPrinter,
	}
	asking = append(asking, drivers.DispenserSilent, drivers.DispenserGone, drivers.DispenserRefused, drivers.WrongDispenser)
	dispenser := []drivers.Code{
		drivers.DispenserJam, drivers.CardMovedByHand, drivers.DispenserFault, drivers.CardWrongSize, drivers.DispenserRestarted,
	}
	reader := []drivers.Code{drivers.NoReaderService, drivers.NoReader, drivers.ReaderBusy, drivers.ReaderFailed}
	chip := []drivers.Code{drivers.NoReader, drivers.ChipMute, drivers.ChipRemoved, drivers.WrongATR, drivers.ChipRefused, drivers.ReaderFailed}
	keys := []drivers.Code{drivers.KeysUnavailable, drivers.KeysPIN, drivers.KeysDiffer, drivers.KeysExposed}
	writing := []drivers.Code{
		journal.DiskFull, journal.ReadOnly, journal.InUse, journal.Damaged, journal.DiskFailed, journal.Slow, drivers.Unexpected,
	}
	stores := []drivers.Code{source.StoreBroken, source.StoreBusy}
	takenBack := []drivers.Code{api.Withdrawn, api.StaleFence, api.NotHeld, api.NoSuchRecord}
	return map[flow.Phase][]drivers.Code{
		flow.Claimed: slices.Concat(asking, reader, stores, keys, []drivers.Code{
			drivers.FeederEmpty, drivers.CoverOpen, drivers.RibbonEnd, drivers.RejectFull, drivers.CardAlreadyIn, drivers.ChipDataTooLarge,
			drivers.KeysForTests,
			record.RecordExpired, record.ValidityWrong, face.DoesNotFit, face.NoGlyph, face.LayoutBroken,
			record.EnvelopeBroken, record.EnvelopeForeign, record.EnvelopeUnsigned, record.CentreUnknown, record.SignatureWrong,
			source.StoreKey, source.NotQueued, journal.DiskFull, journal.DiskFailed, AlreadyIssued, SpecimenMismatch, WrongBlank, NoBlankBooked,
			drivers.Unexpected,
			access.NotSignedIn, access.NotAllowed, access.Blocked, access.LockedOut, access.NoSuchPerson, access.NobodyYet, ShiftDue,
			policy.HeldByPolicy, policy.OutOfTurn, policy.OfficeClosed, policy.NoUrgentReason, office.NotAuthorised, office.OldCardLives,
			readiness.NotReady, HandedOn, LeaseOver, api.NotAllowed, api.Revoked,
		}, takenBack),
		flow.Loading: slices.Concat(asking, dispenser, writing, []drivers.Code{
			drivers.FeederEmpty, drivers.CardJamFeed, drivers.CoverOpen, drivers.RibbonEnd, drivers.RibbonFault, drivers.HeadFault,
			drivers.PrinterRestarted, drivers.CardNotMoved, drivers.MechanicalFault, drivers.CardAlreadyIn,
		}),
		flow.AtChip: slices.Concat(chip, writing, []drivers.Code{
			drivers.NoReaderService, drivers.ReaderBusy, drivers.NoChip, drivers.ChipUsed, drivers.ChipSwapped, journal.UIDRepeated,
			office.CardDead,
		}),
		flow.Encoding: slices.Concat(chip, writing, keys, takenBack, []drivers.Code{drivers.ChipUsed, drivers.ChipLocked, drivers.KeysSpent}, []drivers.Code{
			drivers.ChannelUnknown, drivers.ChannelKeySet, drivers.ChannelBlocked, drivers.ChannelWrongCard, drivers.ChannelWrongHost,
			drivers.ChannelForged, drivers.ChannelLost,
		}),
		flow.Verifying: slices.Concat(chip, writing, []drivers.Code{
			drivers.ChannelForged, drivers.ChannelLost, drivers.ChipMismatch, drivers.ChipLocked, record.GuardFileMissing, record.GuardFieldsDiffer, record.GuardPhotoDiffers, record.GuardSignatureBad,
			record.GuardPrintDiffers, record.GuardPhotoUnusable,
		}),
		flow.Printing: slices.Concat(asking, dispenser, writing, takenBack, []drivers.Code{
			drivers.CardLostAtGate,
			drivers.CardJamHead, drivers.CoverOpen, drivers.RibbonEnd, drivers.RibbonFault, drivers.HeadFault, drivers.PrinterRestarted,
			drivers.CardNotMoved, drivers.MechanicalFault,
		}),
		flow.Discharging: slices.Concat(asking, dispenser, writing, takenBack, []drivers.Code{
			drivers.CardLostAtGate, drivers.CardInGate, drivers.BinCounterFull,
			drivers.CardJamHead, drivers.CoverOpen, drivers.RibbonEnd, drivers.RibbonFault, drivers.RejectFull, drivers.HeadFault,
			drivers.PrinterRestarted, drivers.CardNotMoved, drivers.MechanicalFault,
		}),
		flow.Settling: slices.Concat(writing, stores, []drivers.Code{source.StoreFull, source.NotQueued, source.OutboxFailed}),
		flow.Held:     slices.Concat(asking, reader, writing),
	}
}

// Outside lists the codes that no phase of a card raises, by where they come from: at the intake of bundles, at the start,
// in the settings, at the books of blanks, and warnings that stop nothing.
func Outside() map[string][]drivers.Code {
	return map[string][]drivers.Code{
		"intake": {
			record.NotARecord, record.FieldMissing, record.FieldCharacter, record.FieldTooLong, record.NIKImpossible,
			record.NIKSexContradicts, record.DateImpossible, record.TooYoung, record.PhotoBroken, record.SignatureBroken,
			record.ChipFileMissing, record.ChipFileLength, record.ChipTooLarge, record.ChipPhotoBroken, record.BiodataBroken,
			record.BiodataDiffers, record.ChipPhotoDiffers, record.KindContradicts, record.ChipSignatureBad, record.PhotoSize,
			source.Repeated, source.BundleUnfinished, source.BundleCount, source.BundleDigest, source.BundleManifest,
			source.BundleUnreadable, source.BundleTooLarge, source.InboxUnreadable,
		},
		"start": {
			AttemptOpen, StationLocked, journal.ChainBroken, journal.NoJournal, journal.NewerSchema, journal.AlreadyThere,
			source.StoreNewer, record.KeysUnusable,
		},
		"command line": {NotWaiting, drivers.LineSpeed, drivers.PortNotTaken},
		"judgement":    {SpoilLimit},
		"self-test":    {TestBusy, LineErrors, CountersWrong, TestPrintBad, TestNotReached, ClockWrong},
		"warning": {
			record.NIKDateDiffers, record.NIKSexDiffers, record.RegionUnknown, record.ReligionUnknown, record.OccupationUnknown,
			record.MaritalUnknown, record.SexUnknown, record.BloodUnknown, record.NameOneWord, record.NameCharacters,
			record.ReasonUnknown, record.RTRWUnusual, record.IssuedLater, record.ClearedLater, record.LowerCase,
		},
	}
}
