package centre

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"cetak/drivers"
	"cetak/station/centre/api"
)

// paperShape is the shape of a paper's or a packet's ID.
var paperShape = regexp.MustCompile(`^[A-Za-z0-9-]{1,40}$`)

func unsigned(detail string) error { return api.Refuse(api.PaperUnsigned, "paper", detail, nil) }

// signedBy proves a paper that names its desk itself: who asks for the name in what was not proved yet, and the proof is by the key that the
// centre has registered under it.
func (s *Service) signedBy(c *call, compact, typ string, into any, who func() string) error {
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || len(jws.Signatures) != 1 || jws.Signatures[0].Protected.ExtraHeaders[jose.HeaderType] != typ {
		return unsigned("no signed paper of type " + typ)
	}
	if json.Unmarshal(jws.UnsafePayloadWithoutVerification(), into) != nil {
		return unsigned("not what a paper of type " + typ + " says")
	}
	st, err := s.store.Station(c, who())
	if errors.Is(err, api.NotAllowed) {
		return unsigned("of a desk that is not registered")
	}
	if err != nil {
		return err
	}
	var key jose.JSONWebKey
	if json.Unmarshal([]byte(st.JWK), &key) != nil {
		return unsigned("the registered key of " + st.ID + " does not read")
	}
	if _, err := jws.Verify(key); err != nil {
		return unsigned("not signed by " + st.ID)
	}
	return nil
}

func (s *Service) openHandover(c *call, compact string) (h api.Handover, err error) {
	if err := s.signedBy(c, compact, api.TypeHandover, &h, func() string { return h.From }); err != nil {
		return h, err
	}
	if h.V != 1 || !paperShape.MatchString(h.ID) || h.From == h.To || len(h.Leases) < 1 || len(h.Leases) > api.MaxPassed {
		return h, unsigned("no hand-over of version 1")
	}
	for _, l := range h.Leases {
		if checkKeys(l.Key) != nil || l.Fence < 1 || l.Hop < 1 {
			return h, unsigned("a lease in it is none")
		}
	}
	return h, nil
}

func (s *Service) handOn(c *call) (any, error) {
	var in api.Handovers
	if err := c.into(&in); err != nil {
		return nil, err
	}
	if len(in.Papers) < 1 || len(in.Papers) > api.MaxPapers {
		return nil, bad("papers: 1 to 32")
	}
	all, err := s.takePapers(c, in.Papers)
	return api.Verdicts{Verdicts: all, Now: c.now.UTC()}, err
}

func (s *Service) takePapers(c *call, papers []string) ([]api.Verdict, error) {
	all := []api.Verdict{}
	for _, p := range papers {
		h, err := s.openHandover(c, p)
		if err != nil {
			return all, err
		}
		v, err := s.store.HandOn(c, c.now, h)
		if err != nil {
			return all, err
		}
		all = append(all, v...)
	}
	return all, nil
}

func (s *Service) carry(c *call) (any, error) {
	var in api.Carry
	if err := c.into(&in); err != nil {
		return nil, err
	}
	var p api.Packet
	if err := s.signedBy(c, in.Packet, api.TypePacket, &p, func() string { return p.Station }); err != nil {
		return nil, err
	}
	if p.V != 1 || !paperShape.MatchString(p.ID) || len(p.Papers) > api.MaxPapers || len(p.Outcomes) > api.MaxPassed || len(p.Releases) > api.MaxPassed {
		return nil, unsigned("no packet of version 1")
	}
	done, err := s.unpack(c, p)
	if err != nil {
		return nil, err
	}
	receipt, err := s.notary.sign(done, api.TypeCarried)
	return api.CarryAnswer{Receipt: receipt}, err
}

// unpack does what a packet says in the name of its desk. Each part may be done again: a packet that broke off in the middle is sent again
// whole. Papers come first, because what follows is by their right.
func (s *Service) unpack(c *call, p api.Packet) (done api.Carried, err error) {
	done = api.Carried{V: 1, Packet: p.ID, Station: p.Station, At: c.now.UTC().Truncate(time.Millisecond), Outcomes: []api.BookedOutcome{}, Releases: []api.CarriedRelease{}}
	if done.Papers, err = s.takePapers(c, p.Papers); err != nil {
		return done, err
	}
	st, err := s.store.Station(c, p.Station)
	if err != nil {
		return done, err
	}
	for _, d := range p.Outcomes {
		o, err := openOutcome(st.JWK, d.Outcome)
		if err == nil && (checkKeys(o.Key) != nil || d.Fence < 1) {
			err = unsigned("an outcome of no lease")
		}
		if err != nil {
			return done, err
		}
		b := api.BookedOutcome{Attempt: o.Attempt}
		b.Booked, err = s.store.Done(c, c.now, p.Station, d.Fence, o)
		b.Key = o.Key
		if b.Code, err = refused(err, api.NoSuchRecord, api.StaleFence, api.NotHeld, api.Contradicts); err != nil {
			return done, err
		}
		done.Outcomes = append(done.Outcomes, b)
	}
	if p.Books != nil {
		if err := checkShape(*p.Books); err != nil {
			return done, err
		}
		signed, err := s.store.Append(c, c.now, p.Station, *p.Books, s.notary.Countersign)
		if done.Refused, err = refused(err, api.BadRequest, api.ChainGap, api.ChainForged); err != nil {
			return done, err
		}
		if done.Refused == "" {
			done.Books = &signed
		}
	}
	if len(p.Releases) > 0 {
		if err := checkHoldings(p.Releases); err != nil {
			return done, err
		}
		verdicts, err := s.store.Release(c, c.now, p.Station, p.Releases)
		if err != nil {
			return done, err
		}
		for i, v := range verdicts {
			done.Releases = append(done.Releases, api.CarriedRelease{Holding: p.Releases[i], Code: v.Code})
		}
	}
	return done, nil
}

// refused gives the code of a refusal that is an answer, and every other error as it is.
func refused(err error, answers ...drivers.Code) (drivers.Code, error) {
	if err == nil {
		return "", nil
	}
	if f := drivers.AsFault(err); slices.Contains(answers, f.Code) {
		return f.Code, nil
	}
	return "", err
}
