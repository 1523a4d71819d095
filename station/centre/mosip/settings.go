package mosip

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed" // the files that a new folder begins with
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/pelletier/go-toml/v2"

	"cetak/drivers"
	"cetak/station/durable"
)

// Files of a gateway's folder.
const (
	SettingsFile   = "gateway.toml"
	MappingFile    = "mapping.toml"
	PartnerKey     = "partner.key"      // opens credentials; PEM, RSA
	PartnerCert    = "partner.crt"      // what MOSIP seals them to
	RegisterKey    = "register.jwk"     // signs records and chips: the private half
	RegisterPublic = "centre-mosip.jwk" // its public half, for the keys folder of every desk
	PersonKey      = "person.key"       // makes opaque ids of persons
	HubSecret      = "hub.secret"       // of the subscription
	TokenSecret    = "token.secret"     // of the client at MOSIP's token service
	ProofTrust     = "proof.pem"        // whose signatures on credentials are taken
	DesksFolder    = "desks"            // public keys of desks, one file each
	CentreFolder   = "centre"           // enrolment as a register
	StoreFile      = "gateway.db"
)

//go:embed gateway.toml
var settingsTemplate []byte

//go:embed mapping.toml
var mappingTemplate []byte

// Span is a time in a settings file, as "5m".
type Span struct{ time.Duration }

// UnmarshalText reads it.
func (s *Span) UnmarshalText(text []byte) (err error) {
	s.Duration, err = time.ParseDuration(string(text))
	if err == nil && s.Duration <= 0 {
		err = errors.New("a time above 0 is wanted")
	}
	return err
}

// Settings of a gateway; gateway.toml explains each.
type Settings struct {
	Hub struct {
		URL            string `toml:"url"`
		Partner        string `toml:"partner"`
		Topic          string `toml:"topic"`
		StatusTopic    string `toml:"status_topic"`
		Publisher      string `toml:"publisher"`
		Callback       string `toml:"callback"`
		LeaseSeconds   int    `toml:"lease_seconds"`
		SubscribeEvery Span   `toml:"subscribe_every"`
		CA             string `toml:"ca"`
	} `toml:"hub"`
	Token struct {
		URL    string `toml:"url"`
		Client string `toml:"client"`
		App    string `toml:"app"`
	} `toml:"token"`
	Requests struct {
		URL     string `toml:"url"`
		Every   Span   `toml:"every"`
		Grace   Span   `toml:"grace"`
		Window  Span   `toml:"window"`
		Page    int    `toml:"page"`
		OrderBy string `toml:"order_by"`
	} `toml:"requests"`
	Listen struct {
		Address string `toml:"address"`
		Cert    string `toml:"cert"`
		Key     string `toml:"key"`
	} `toml:"listen"`
	Proof struct {
		Required bool `toml:"required"`
	} `toml:"proof"`
	Work struct {
		Tries      int  `toml:"tries"`
		Retriggers int  `toml:"retriggers"`
		Pause      Span `toml:"pause"`
		Longest    Span `toml:"longest"`
		States     Span `toml:"states"`
	} `toml:"work"`
	Record struct {
		Specimen  bool `toml:"specimen"`
		ValidDays int  `toml:"valid_days"`
	} `toml:"record"`
	Portrait struct {
		Convert []string `toml:"convert"`
		Within  Span     `toml:"within"`
	} `toml:"portrait"`
	Fingers struct {
		Right   []string `toml:"right"`
		Left    []string `toml:"left"`
		Missing string   `toml:"missing"`
	} `toml:"fingers"`
	Signature struct {
		Missing string `toml:"missing"`
	} `toml:"signature"`
}

// What is done when a credential lacks something that a chip holds.
const (
	refuseIt = "refuse"
	emptyIt  = "empty"
)

// LoadSettings reads gateway.toml of a folder over the values that a new folder begins with. Fault: FolderUnusable.
func LoadSettings(dir string) (*Settings, error) {
	bad := func(detail string, err error) (*Settings, error) {
		return nil, fault(FolderUnusable, drivers.AgainAfterOperator, SettingsFile+": "+detail, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, SettingsFile))
	if err != nil {
		return bad("not there", err)
	}
	var s Settings
	if err := toml.Unmarshal(settingsTemplate, &s); err != nil {
		return bad("the built-in settings do not read", err)
	}
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&s); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return bad("an unknown setting:\n"+strict.String(), nil)
		}
		return bad("", err)
	}
	if s.Hub.Topic == "" {
		s.Hub.Topic = s.Hub.Partner + "/CREDENTIAL_ISSUED"
	}
	for _, a := range []struct {
		name, address string
		optional      bool
	}{{"hub.url", s.Hub.URL, false}, {"hub.callback", s.Hub.Callback, false}, {"token.url", s.Token.URL, true}, {"requests.url", s.Requests.URL, true}} {
		if u, err := url.Parse(a.address); a.address == "" && a.optional {
			continue
		} else if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return bad(a.name+" is no http or https address", nil)
		}
	}
	switch {
	case s.Hub.Partner == "":
		return bad("hub.partner is empty", nil)
	case s.Listen.Address == "" || (s.Listen.Cert == "") != (s.Listen.Key == ""):
		return bad("listen wants an address, and cert and key both or neither", nil)
	case s.Work.Tries < 1 || s.Work.Retriggers < 0 || s.Requests.Page < 1 || s.Record.ValidDays < 1:
		return bad("tries, page, and valid_days are 1 or more", nil)
	case s.Fingers.Missing != refuseIt && s.Fingers.Missing != emptyIt || s.Signature.Missing != refuseIt && s.Signature.Missing != emptyIt:
		return bad("missing is refuse or empty", nil)
	}
	return &s, nil
}

// keys are what the gateway holds. They print as nothing.
type keys struct {
	partner  *rsa.PrivateKey
	cert     [sha256.Size]byte
	register jose.JSONWebKey
	person   []byte
	trust    *x509.CertPool
	hub      string
	token    string
}

func (keys) String() string   { return "keys" }
func (keys) GoString() string { return "keys" }

// loadKeys reads the folder's keys. Fault: FolderUnusable.
func loadKeys(dir string, s *Settings) (*keys, error) {
	bad := func(detail string, err error) (*keys, error) {
		return nil, fault(FolderUnusable, drivers.AgainAfterOperator, detail, err)
	}
	secret := func(name string) ([]byte, error) {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.Mode().Perm()&0o077 != 0 {
			return nil, errors.New(name + " is open to others: its mode must be 0600")
		}
		return os.ReadFile(path)
	}
	var k keys
	if err := k.readPartner(dir, secret); err != nil {
		return nil, err
	}
	text, err := secret(RegisterKey)
	if err != nil {
		return bad(RegisterKey, err)
	}
	private, ok := (*ecdsa.PrivateKey)(nil), false
	if json.Unmarshal(text, &k.register) == nil {
		private, ok = k.register.Key.(*ecdsa.PrivateKey)
	}
	if !ok || private.Curve != elliptic.P256() || k.register.KeyID == "" {
		return bad(RegisterKey+" is no private P-256 JWK with a kid", nil)
	}
	if k.person, err = secret(PersonKey); err != nil || len(k.person) < 32 {
		return bad(PersonKey+": 32 bytes or more", err)
	}
	if text, err = secret(HubSecret); err != nil {
		return bad(HubSecret, err)
	}
	if k.hub = strings.TrimSpace(string(text)); len(k.hub) < 16 || len(k.hub) >= 200 {
		return bad(HubSecret+": 16 to 199 characters", nil) // WebSub 5.1: less than 200 bytes
	}
	if s.Token.URL != "" {
		if text, err = secret(TokenSecret); err != nil {
			return bad(TokenSecret, err)
		}
		k.token = strings.TrimSpace(string(text))
	}
	if s.Proof.Required {
		text, err := os.ReadFile(filepath.Join(dir, ProofTrust))
		if err != nil {
			return bad(ProofTrust, err)
		}
		if k.trust = x509.NewCertPool(); !k.trust.AppendCertsFromPEM(text) {
			return bad(ProofTrust+" is no certificate", nil)
		}
	}
	return &k, nil
}

// readPartner reads the partner's key and certificate. Fault: FolderUnusable.
func (k *keys) readPartner(dir string, secret func(string) ([]byte, error)) error {
	bad := func(detail string, err error) error {
		return fault(FolderUnusable, drivers.AgainAfterOperator, detail, err)
	}
	text, err := secret(PartnerKey)
	if err != nil {
		return bad(PartnerKey, err)
	}
	if k.partner, err = rsaKey(text); err != nil {
		return bad(PartnerKey, err)
	}
	certText, err := os.ReadFile(filepath.Join(dir, PartnerCert))
	if err != nil {
		return bad(PartnerCert, err)
	}
	block, _ := pem.Decode(certText)
	if block == nil {
		return bad(PartnerCert+" is no PEM", nil)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return bad(PartnerCert, err)
	}
	if !k.partner.PublicKey.Equal(cert.PublicKey) {
		return bad(PartnerCert+" is of another key than "+PartnerKey, nil)
	}
	k.cert = sha256.Sum256(cert.Raw)
	return nil
}

func rsaKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("no private key; one that is locked by a password is unlocked first")
	}
	key, ok := any.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("not RSA")
	}
	return key, nil
}

// Init makes a gateway's folder: settings and mapping to be filled in, and keys of its own. A folder that has settings is not touched.
// Fault: FolderUnusable.
func Init(dir string, now time.Time) error {
	bad := func(err error) error { return fault(FolderUnusable, drivers.AgainAfterOperator, dir, err) }
	if _, err := os.Stat(filepath.Join(dir, SettingsFile)); err == nil {
		return bad(errors.New("there is a gateway already"))
	}
	if err := os.MkdirAll(filepath.Join(dir, DesksFolder), 0o700); err != nil {
		return bad(err)
	}
	partner, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return bad(err)
	}
	body, err := x509.MarshalPKCS8PrivateKey(partner)
	if err != nil {
		return bad(err)
	}
	cert, err := partnerCert(partner, now)
	if err != nil {
		return bad(err)
	}
	private, public, err := registerKey()
	if err != nil {
		return bad(err)
	}
	random := make([]byte, 64)
	_, _ = rand.Read(random) // never fails
	for _, f := range []struct {
		name string
		text []byte
		mode os.FileMode
	}{
		{PartnerKey, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: body}), 0o600},
		{PartnerCert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o644},
		{RegisterKey, private, 0o600},
		{RegisterPublic, public, 0o644},
		{PersonKey, random[:32], 0o600},
		{HubSecret, []byte(base64.RawURLEncoding.EncodeToString(random[32:]) + "\n"), 0o600},
		{MappingFile, mappingTemplate, 0o644},
		{SettingsFile, settingsTemplate, 0o644}, // last: with it the folder is whole
	} {
		if _, err := os.Stat(filepath.Join(dir, f.name)); err == nil {
			continue // brought along, as a partner's key that MOSIP knows already
		}
		if err := durable.Write(filepath.Join(dir, f.name), f.text, f.mode); err != nil {
			return bad(err)
		}
	}
	return nil
}

// partnerCert is a certificate of the key by itself: for MOSIP's partner management to sign, or for a trial.
func partnerCert(key *rsa.PrivateKey, now time.Time) ([]byte, error) {
	t := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "cetak print partner", Organization: []string{"Cetak"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0), KeyUsage: x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature, BasicConstraintsValid: true}
	return x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
}

// registerKey makes the key that signs records and chips.
func registerKey() (private, public []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	jwk := jose.JSONWebKey{Key: key}
	print, err := jwk.Thumbprint(crypto.SHA256) // RFC 7638
	if err != nil {
		return nil, nil, err
	}
	jwk.KeyID = "mosip-" + base64.RawURLEncoding.EncodeToString(print[:9])
	if private, err = json.MarshalIndent(jwk, "", "  "); err != nil {
		return nil, nil, err
	}
	public, err = json.MarshalIndent(jwk.Public(), "", "  ")
	return append(private, '\n'), append(public, '\n'), err
}

// desk is one to which records are sealed.
type desk struct {
	Office string          `json:"office"`
	Key    jose.JSONWebKey `json:"key"`
}

// AddDesk takes a desk's public key (the text of its station.jwk, of either half) into the folder: records of its office are sealed to it.
// The keys are not asked of the centre, which must not be able to name one of its own. Fault: FolderUnusable.
func AddDesk(dir, office string, text []byte) (kid string, err error) {
	var key jose.JSONWebKey
	wrong := fault(FolderUnusable, drivers.AgainNever, "no P-256 JWK with a kid", nil)
	if json.Unmarshal(text, &key) != nil || !key.Valid() || key.KeyID == "" {
		return "", wrong
	}
	key = key.Public()
	if public, ok := key.Key.(*ecdsa.PublicKey); !ok || public.Curve != elliptic.P256() {
		return "", wrong
	}
	if strings.TrimSpace(office) == "" {
		return "", fault(FolderUnusable, drivers.AgainNever, "an office is wanted", nil)
	}
	if err := checkOffice(office); err != nil {
		return "", err
	}
	body, err := json.MarshalIndent(desk{office, key}, "", "  ")
	if err == nil {
		name := sha256.Sum256([]byte(key.KeyID)) // a kid may hold anything
		err = durable.Write(filepath.Join(dir, DesksFolder, base64.RawURLEncoding.EncodeToString(name[:12])+".json"), append(body, '\n'), 0o644)
	}
	if err != nil {
		return "", fault(FolderUnusable, drivers.AgainAfterOperator, DesksFolder, err)
	}
	return key.KeyID, nil
}

// loadDesks reads the folder's desks. Fault: FolderUnusable.
func loadDesks(dir string) ([]desk, error) {
	files, err := filepath.Glob(filepath.Join(dir, DesksFolder, "*.json"))
	if err != nil {
		return nil, fault(FolderUnusable, drivers.AgainAfterOperator, DesksFolder, err)
	}
	var all []desk
	for _, f := range files {
		var d desk
		text, err := os.ReadFile(f)
		if err == nil {
			err = json.Unmarshal(text, &d)
		}
		if err != nil || d.Office == "" || !d.Key.IsPublic() {
			return nil, fault(FolderUnusable, drivers.AgainAfterOperator, filepath.Join(DesksFolder, filepath.Base(f)), err)
		}
		all = append(all, d)
	}
	return all, nil
}
