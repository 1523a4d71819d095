package reader

import "time"

// lockPoll is how long a transaction request waits for another's transaction before it is answered with a sharing
// violation; the client then asks again by itself (PCSCLITE_LOCK_POLL_RATE).
const lockPoll = 100 * time.Millisecond

// take waits until nobody speaks to the card. It fails when the service stops first; after a true the caller calls give.
func (o *own) take(c *client) bool {
	select {
	case o.busy <- struct{}{}:
		return true
	case <-c.stopped:
		return false
	}
}

func (o *own) give() { <-o.busy }

// find returns a client's connection. Called with mu held.
func (o *own) find(c *client, id int32) (*handle, uint32) {
	h := o.slot.handles[id]
	if h == nil || h.owner != c {
		return nil, scardInvalidHandle
	}
	return h, scardSuccess
}

// check returns what stands in the way of using a connection: another's transaction, or what happened to the card. Called with mu held.
func (o *own) check(c *client, id int32) uint32 {
	h, rv := o.find(c, id)
	switch {
	case rv != scardSuccess:
		return rv
	case o.slot.holder != 0 && o.slot.holder != id:
		return scardSharingViolation
	default:
		return h.event
	}
}

func (o *own) usable(c *client, id int32) uint32 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.check(c, id)
}

// status is SCardStatus as far as the service is asked: the client reads the rest from the states.
func (o *own) status(c *client, id int32) uint32 { return o.usable(c, id) }

// power brings the card up and reads its ATR: cold, or by a reset. It is called with busy held and mu not held, for it
// talks to the card.
func (o *own) power(cold bool) {
	o.mu.Lock()
	card, gone := o.slot.card, o.slot.gone
	o.mu.Unlock()
	if card == nil {
		return
	}
	if cold {
		card.PowerOff()
		card.PowerOn()
	} else {
		card.Reset()
	}
	atr := card.ATR()
	o.mu.Lock()
	if o.slot.gone == gone { // still that card: cards themselves may not be comparable
		o.slot.atr, o.slot.protocol = atr, 0
	}
	o.mu.Unlock()
}

// connect is SCardConnect. The rules of sharing and the order of the checks are those of pcsc-lite's winscard.c.
func (o *own) connect(c *client, context uint32, name string, share, protocols uint32) (id int32, protocol, rv uint32) {
	switch {
	case share != shareExclusive && share != shareShared && share != shareDirect:
		return 0, 0, scardInvalidValue
	case share != shareDirect && protocols&(protocolT0|protocolT1|protocolRaw) == 0:
		return 0, 0, scardProtoMismatch
	case name != o.name:
		return 0, 0, scardUnknownReader
	}
	if !o.take(c) {
		return 0, 0, scardServiceStopped
	}
	defer o.give()
	o.mu.Lock()
	first := o.slot.sharing == sharingNone
	taken := o.slot.sharing == sharingExclusive
	o.mu.Unlock()
	if taken {
		return 0, 0, scardSharingViolation
	}
	if first {
		o.power(true) // the card was asleep
	}
	o.mu.Lock()
	id, protocol, rv = o.join(c, context, share, protocols)
	var waiting []*client
	if rv == scardSuccess {
		waiting = o.takeWaiting() // the sharing has changed
	}
	o.mu.Unlock()
	signal(waiting, scardSuccess)
	return id, protocol, rv
}

// join makes the connection. Called with mu held.
func (o *own) join(c *client, context, share, protocols uint32) (id int32, protocol, rv uint32) {
	s := &o.slot
	switch {
	case context == 0 || c.context != context:
		return 0, 0, scardInvalidHandle
	case s.sharing == sharingExclusive, share == shareExclusive && s.sharing != sharingNone:
		return 0, 0, scardSharingViolation
	}
	if rv := o.agree(share, protocols); rv != scardSuccess {
		return 0, 0, rv
	}
	id = o.newHandle()
	s.handles[id] = &handle{owner: c}
	if share == shareExclusive {
		s.sharing, s.holder, s.depth = sharingExclusive, id, 1
	} else {
		s.sharing++
	}
	return id, s.protocol, scardSuccess
}

// agree chooses the protocol for a connection, T=1 before T=0 as pcscd does. Called with mu held.
func (o *own) agree(share, protocols uint32) uint32 {
	s := &o.slot
	if share == shareDirect {
		return scardSuccess
	}
	switch {
	case s.card == nil:
		return scardNoSmartcard
	case len(s.atr) == 0:
		return scardUnresponsiveCard
	}
	if protocols&protocolRaw != 0 {
		s.protocol = protocolRaw
		return scardSuccess
	}
	offered := offeredProtocols(s.atr)
	if s.protocol != 0 {
		offered = s.protocol // chosen at this power-up already
	}
	switch both := offered & protocols; {
	case both&protocolT1 != 0:
		s.protocol = protocolT1
	case both&protocolT0 != 0:
		s.protocol = protocolT0
	default:
		return scardProtoMismatch
	}
	return scardSuccess
}

// offeredProtocols reads T=0 and T=1 from the interface bytes of an ATR (ISO/IEC 7816-3, 8.2.3); without a TD byte it is T=0.
func offeredProtocols(atr []byte) uint32 {
	var out uint32
	if len(atr) < 2 {
		return 0
	}
	next, more := 2, atr[1]>>4
	for more&8 != 0 { // a TD follows the TA, TB and TC that are there
		for bit := byte(1); bit <= 4; bit <<= 1 {
			if more&bit != 0 {
				next++
			}
		}
		if next >= len(atr) {
			break
		}
		td := atr[next]
		next++
		switch td & 0x0F {
		case 0:
			out |= protocolT0
		case 1:
			out |= protocolT1
		}
		more = td >> 4
	}
	if out == 0 {
		out = protocolT0
	}
	return out
}

// reconnect is SCardReconnect.
func (o *own) reconnect(c *client, id int32, share, protocols, disposition uint32) (protocol, rv uint32) {
	switch {
	case disposition > unpowerCard, share != shareExclusive && share != shareShared && share != shareDirect:
		return 0, scardInvalidValue
	case share != shareDirect && protocols&(protocolT0|protocolT1|protocolRaw) == 0:
		return 0, scardProtoMismatch
	}
	if !o.take(c) {
		return 0, scardServiceStopped
	}
	defer o.give()
	o.mu.Lock()
	rv = o.check(c, id)
	present := o.slot.card != nil
	o.mu.Unlock()
	switch {
	case rv == scardInvalidHandle || rv == scardSharingViolation:
		return 0, rv
	case !present && share != shareDirect:
		return 0, scardNoSmartcard
	}
	if disposition != leaveCard {
		o.power(disposition == unpowerCard)
	}
	o.mu.Lock()
	protocol, rv = o.rejoin(id, share, protocols, disposition)
	waiting := o.takeWaiting()
	o.mu.Unlock()
	signal(waiting, scardSuccess)
	return protocol, rv
}

// rejoin is the second half of reconnect, after the card has been reset. Called with mu held.
func (o *own) rejoin(id int32, share, protocols, disposition uint32) (protocol, rv uint32) {
	s := &o.slot
	h := s.handles[id]
	if h == nil {
		return 0, scardInvalidHandle
	}
	if disposition != leaveCard {
		o.tellReset()
	}
	if rv := o.agree(share, protocols); rv != scardSuccess {
		return 0, rv
	}
	exclusive := s.sharing == sharingExclusive
	switch {
	case share == shareExclusive && !exclusive:
		if s.sharing != 1 {
			return 0, scardSharingViolation
		}
		s.sharing, s.holder, s.depth = sharingExclusive, id, s.depth+1
	case share != shareExclusive && exclusive:
		s.sharing, s.holder, s.depth = 1, 0, 0
	}
	h.event = 0
	return s.protocol, scardSuccess
}

// tellReset marks every connection to a card that is still there. Called with mu held.
func (o *own) tellReset() {
	for _, h := range o.slot.handles {
		if h.event == 0 {
			h.event = scardResetCard
		}
	}
}

// dispose does to the card what a client that lets go of it asks for. Ejecting does nothing: the reader has no motor.
func (o *own) dispose(c *client, disposition uint32) uint32 {
	if disposition != resetCard && disposition != unpowerCard {
		return scardSuccess
	}
	if !o.take(c) {
		return scardServiceStopped
	}
	defer o.give()
	o.power(disposition == unpowerCard)
	o.mu.Lock()
	o.tellReset()
	o.mu.Unlock()
	return scardSuccess
}

// leave is SCardDisconnect.
func (o *own) leave(c *client, id int32, disposition uint32) uint32 {
	if disposition > ejectCard {
		return scardInvalidValue
	}
	o.mu.Lock()
	_, rv := o.find(c, id)
	o.mu.Unlock()
	if rv != scardSuccess {
		return rv
	}
	if rv := o.dispose(c, disposition); rv != scardSuccess {
		return rv
	}
	o.mu.Lock()
	o.disconnect(id)
	waiting := o.takeWaiting()
	o.mu.Unlock()
	signal(waiting, scardSuccess)
	return scardSuccess
}

// disconnect forgets a connection with its transaction. Called with mu held.
func (o *own) disconnect(id int32) {
	s := &o.slot
	if s.handles[id] == nil {
		return
	}
	delete(s.handles, id)
	if s.holder == id {
		s.holder, s.depth = 0, 0
	}
	if s.sharing == sharingExclusive {
		s.sharing = sharingNone
	} else if s.sharing > 0 {
		s.sharing--
	}
}

// begin is SCardBeginTransaction.
func (o *own) begin(c *client, id int32) uint32 {
	o.mu.Lock()
	rv := o.check(c, id)
	if rv == scardSuccess {
		o.slot.holder = id
		o.slot.depth++
	}
	o.mu.Unlock()
	if rv == scardSharingViolation {
		pause := time.NewTimer(lockPoll)
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-c.stopped:
		}
	}
	return rv
}

// end is SCardEndTransaction.
func (o *own) end(c *client, id int32, disposition uint32) uint32 {
	if disposition > ejectCard {
		return scardInvalidValue
	}
	o.mu.Lock()
	rv := o.check(c, id)
	if rv == scardSuccess && o.slot.holder != id {
		rv = scardNotTransacted // none was begun
	}
	o.mu.Unlock()
	if rv != scardSuccess {
		return rv
	}
	if rv := o.dispose(c, disposition); rv != scardSuccess {
		return rv
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if s := &o.slot; s.holder == id {
		if s.depth--; s.depth <= 0 {
			s.holder, s.depth = 0, 0
		}
	}
	return scardSuccess
}

// transmit is SCardTransmit. The card works in its own goroutine: if it is taken away, or never answers, the client hears
// of it and the goroutine ends when the card is done.
func (o *own) transmit(c *client, id int32, protocol uint32, apdu []byte) ([]byte, uint32) {
	if len(apdu) < 4 {
		return nil, scardInvalidParameter
	}
	if !o.take(c) {
		return nil, scardServiceStopped
	}
	defer o.give()
	o.mu.Lock()
	rv := o.check(c, id)
	card, gone, agreed := o.slot.card, o.slot.gone, o.slot.protocol
	o.mu.Unlock()
	switch {
	case rv != scardSuccess:
		return nil, rv
	case card == nil:
		return nil, scardNoSmartcard
	case protocol != agreed:
		return nil, scardProtoMismatch
	}
	answer := make(chan []byte, 1)
	o.work.Go(func() {
		if r := card.Transmit(apdu); r != nil {
			answer <- r
		}
	})
	select {
	case r := <-answer:
		select {
		case <-gone: // pulled while it spoke
			return nil, scardNotTransacted
		default:
			return r, scardSuccess
		}
	case <-gone:
		return nil, scardNotTransacted
	case <-c.stopped:
		return nil, scardServiceStopped
	}
}

// attribute answers SCardGetAttrib and refuses SCardSetAttrib.
func (o *own) attribute(cmd, tag uint32) ([]byte, uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case cmd == cmdGetAttrib && tag == attrFriendlyName:
		return append([]byte(o.name), 0), scardSuccess
	case cmd == cmdGetAttrib && tag == attrATR && len(o.slot.atr) > 0:
		return append([]byte(nil), o.slot.atr...), scardSuccess
	default:
		return nil, scardUnsupported
	}
}
