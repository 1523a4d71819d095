package link

import (
	"context"

	"cetak/station/centre/api"
	"cetak/station/journal"
	"cetak/station/source"
)

// Bounds of one batch; the service takes 16 MB.
const batchBytes = 8 << 20

// ledger brings the books up to date at the centre and keeps its receipts. It gives the last head that the centre countersigned. A batch that
// is refused for what it says is an alarm, and does not keep the desk from the rest.
func (l *Link) ledger(ctx context.Context) (api.Point, error) {
	head, err := l.store.LastHead(ctx)
	if err != nil {
		return api.Point{}, err
	}
	known := api.Point{Seq: head.Seq, Hash: head.Hash}
	from := known
	for {
		b, err := l.batch(ctx, from)
		if err != nil || b.Head.Seq <= from.Seq {
			return known, err
		}
		var signed api.Countersigned
		err = l.wire.Do(ctx, "/v1/ledger", b, &signed)
		switch {
		case err == nil:
		case code(err) == api.ChainGap && from.Seq > 0: // it has less than it had: it is told all
			from = api.Point{}
			continue
		case onTheLine(err), shutOut(err):
			return known, err
		default:
			l.log.Error().Err(err).Msg("ledger refused")
			l.alarm(code(err))
			return known, nil
		}
		ok, err := l.receipt(ctx, b, signed)
		if err != nil || !ok {
			return known, err
		}
		known, from = signed.Head, signed.Head
	}
}

// batch is what follows after a point; its Head is that point where nothing does.
func (l *Link) batch(ctx context.Context, after api.Point) (api.Batch, error) {
	b := api.Batch{Genesis: l.journal.Genesis(), After: after, Head: after}
	last, ok, err := l.journal.Last(ctx)
	if err != nil || !ok || last.Seq <= after.Seq {
		return b, err
	}
	b.Head = api.Point{Seq: last.Seq, Hash: last.Hash}
	size := 0
	for e, err := range l.journal.Of(ctx, after.Seq, journal.KindMovement) {
		if err != nil {
			return b, err
		}
		if e.Seq > last.Seq {
			break
		}
		b.Lines = append(b.Lines, api.Line{Seq: e.Seq, At: e.At, Kind: string(e.Kind), Record: e.Record, Issue: e.Issue, Attempt: e.Attempt, UID: e.UID, Who: e.Who,
			Data: string(e.Data), Prev: e.Prev, Hash: e.Hash})
		if size += len(e.Data) + 500; len(b.Lines) == api.MaxBatch || size > batchBytes {
			b.Head = api.Point{Seq: e.Seq, Hash: e.Hash}
			break
		}
	}
	return b, nil
}

// receipt proves and keeps the centre's hand under the books. false: it signed something else than this journal.
func (l *Link) receipt(ctx context.Context, b api.Batch, signed api.Countersigned) (bool, error) {
	var r api.Receipt
	err := l.notary.open(signed.JWS, api.TypeHead, &r)
	if err != nil || r.Station != l.Station || r.Genesis != b.Genesis || r.Seq != signed.Head.Seq || r.Hash != signed.Head.Hash {
		l.log.Error().Err(err).Msg("receipt")
		l.alarm(NotSigned)
		return false, nil
	}
	if signed.Head != b.Head { // it has more than this batch: is that ours?
		for e, err := range l.journal.Entries(ctx, signed.Head.Seq-1) {
			if err != nil {
				return false, err
			}
			if e.Seq == signed.Head.Seq && e.Hash == signed.Head.Hash {
				return true, l.keep(ctx, r, signed.JWS)
			}
			break
		}
		l.alarm(api.ChainForged)
		return false, nil
	}
	return true, l.keep(ctx, r, signed.JWS)
}

func (l *Link) keep(ctx context.Context, r api.Receipt, jws string) error {
	return l.store.KeepHead(ctx, source.Head{Seq: r.Seq, Hash: r.Hash, JWS: jws, At: r.At})
}
