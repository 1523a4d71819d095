package mosip

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os/exec"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/image/draw"

	"cetak/drivers"
	"cetak/station/record"
)

// Sizes of what a chip holds (docs/record.md, "Record").
const (
	chipWidth, chipHeight          = record.PhotoWidth / 2, record.PhotoHeight / 2
	chipPortraitMost               = 4500
	chipMost                       = 8192 - 53 // all files, less the blank's own 6FF0
	signWidth, signHeight          = 168, 44
	signScale                      = 3 // dots of the printed signature for one of the chip's
	registerSignature              = 80
	maxPicture                     = 4000 // dots a side
	photoQuality                   = 92
	chipFirst, chipWorst, chipStep = 84, 20, 4 // qualities that are tried for the chip's portrait, and their step
)

// facts are what the gateway decided of a record.
type facts struct {
	id              string
	issue, revision int
	cleared         time.Time
	notAfter        time.Time
}

// maker makes records of credentials. It holds the register's key and is safe for concurrent use.
type maker struct {
	s    *Settings
	m    *Mapping
	keys *keys
}

// personID names a person for the centre: opaque, and the same for every card.
func (k *keys) personID(number string) string {
	mac := hmac.New(sha256.New, k.person)
	mac.Write([]byte(number))
	return "M-" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:16])
}

// payload is a record as docs/record.md has it.
type payload struct {
	V         int               `json:"v"`
	ID        string            `json:"id"`
	Issue     int               `json:"issue"`
	Revision  int               `json:"revision"`
	Kind      string            `json:"kind"`
	Specimen  bool              `json:"specimen"`
	Reason    string            `json:"reason"`
	Cleared   time.Time         `json:"cleared"`
	NotAfter  time.Time         `json:"not_after"`
	Fields    map[string]string `json:"fields"`
	Photo     []byte            `json:"photo"`
	Signature []byte            `json:"signature"`
	Chip      map[string][]byte `json:"chip"`
}

// record makes the signed record of a credential, ready to be sealed, with what the centre must know. The same content is made of the same
// credential each time; only signatures differ. Faults: CredentialInvalid, PortraitUnusable, and those of record.Check.
func (m *maker) record(ctx context.Context, c *credential, e entry, f facts, now time.Time) (signed string, err error) {
	bio, err := parseBiometrics(c.text(m.m.Biometric, nil))
	if err != nil {
		return "", err
	}
	if bio.face == nil {
		return "", invalid("biometrics has no face")
	}
	portrait, err := m.decode(ctx, bio.face)
	if err != nil {
		return "", err
	}
	p := payload{V: 1, ID: f.id, Issue: f.issue, Revision: f.revision, Kind: e.kind, Specimen: m.s.Record.Specimen, Reason: e.reason,
		Cleared: f.cleared, NotAfter: f.notAfter, Fields: e.fields, Chip: map[string][]byte{}}
	portrait = cropped(portrait)
	if p.Photo, err = encoded(portrait, photoQuality); err != nil {
		return "", err
	}
	signature, err := m.signature(c)
	if err != nil {
		return "", err
	}
	if p.Signature, err = inked(signature); err != nil {
		return "", err
	}
	if err := m.chip(&p, bio, portrait, signature); err != nil {
		return "", err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "", fault(drivers.Unexpected, drivers.AgainNever, "a record does not write", err)
	}
	// The desk's own rules, before anything leaves: a record that a desk would refuse is told to MOSIP now.
	r, err := record.Parse(text)
	if err != nil {
		return "", err
	}
	if err := record.Blocking(record.Check(r, now)); err != nil {
		return "", err
	}
	return sign(text, m.keys.register, record.TypeRecord)
}

func sign(text []byte, key jose.JSONWebKey, typ string) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, new(jose.SignerOptions).WithType(jose.ContentType(typ)))
	if err == nil {
		var jws *jose.JSONWebSignature
		if jws, err = signer.Sign(text); err == nil {
			return jws.CompactSerialize()
		}
	}
	return "", fault(FolderUnusable, drivers.AgainAfterOperator, RegisterKey, err)
}

// seal closes a signed record for one desk.
func seal(signed string, to jose.JSONWebKey) (string, error) {
	encrypter, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.ECDH_ES, Key: &to}, new(jose.EncrypterOptions).WithContentType("JWS"))
	if err == nil {
		var jwe *jose.JSONWebEncryption
		if jwe, err = encrypter.Encrypt([]byte(signed)); err == nil {
			return jwe.CompactSerialize()
		}
	}
	return "", fault(FolderUnusable, drivers.AgainAfterOperator, DesksFolder, err)
}

// chip makes the files of the chip. The register's signature is over the first five as they are (docs/record.md).
func (m *maker) chip(p *payload, bio biometrics, portrait image.Image, signature *image.Gray) error {
	biodata, err := biodata(p.Fields)
	if err != nil {
		return err
	}
	right, err := m.finger(bio, m.s.Fingers.Right, 2) // ISO/IEC 19794-2:2005 table 2: right and left index finger
	if err != nil {
		return err
	}
	left, err := m.finger(bio, m.s.Fingers.Left, 7)
	if err != nil {
		return err
	}
	p.Chip["6FF1"] = withLength(biodata)
	p.Chip["6FF3"] = withLength(raster(signature))
	p.Chip["6FF4"], p.Chip["6FF5"] = withLength(right), withLength(left)
	room := chipMost - (2 + registerSignature) - 2
	for _, f := range p.Chip {
		room -= len(f)
	}
	small := scaled(portrait, chipWidth, chipHeight)
	for quality := chipFirst; ; quality -= chipStep {
		picture, err := encoded(small, quality)
		if err != nil {
			return err
		}
		if len(picture) <= min(room, chipPortraitMost) {
			p.Chip["6FF2"] = withLength(picture)
			break
		}
		if quality-chipStep < chipWorst {
			return invalid("the portrait does not go into the chip beside biodata and fingers")
		}
	}
	h := sha256.New()
	for _, fid := range []string{"6FF1", "6FF2", "6FF3", "6FF4", "6FF5"} {
		h.Write(p.Chip[fid])
	}
	r, s, err := ecdsa.Sign(rand.Reader, m.keys.register.Key.(*ecdsa.PrivateKey), h.Sum(nil))
	if err != nil {
		return fault(FolderUnusable, drivers.AgainAfterOperator, RegisterKey, err)
	}
	both := make([]byte, registerSignature)
	r.FillBytes(both[:32])
	s.FillBytes(both[32:64])
	p.Chip["6FF6"] = withLength(both)
	return nil
}

func withLength(content []byte) []byte {
	return append(binary.BigEndian.AppendUint16(make([]byte, 0, len(content)+2), uint16(len(content))), content...)
}

// biodata is the line of 6FF1 (docs/record.md): 21 quoted values.
func biodata(f map[string]string) ([]byte, error) {
	values := make([]string, 0, 21)
	for _, name := range []string{"NIK", "ALAMAT", "NO_RT", "NO_RW", "TMPT_LHR", "KEC_NAME", "KEL_NAME", "KAB_NAME", "JENIS_KLMIN", "GOL_DARAH", "AGAMA",
		"STATUS_KAWIN", "JENIS_PKRJN", "NAMA_LGKP", "TGL_LHR", "PROP_NAME", "BERLAKU_HINGGA", "=TELUNJUK KANAN", "=TELUNJUK KIRI", "KEWARGANEGARAAN", "TGL_KELUAR"} {
		v, constant := strings.CutPrefix(name, "=")
		if !constant {
			v = f[name]
		}
		for _, r := range v {
			if r == '"' || r < 0x20 || r > 0x7E {
				return nil, invalid(name + " has a letter that the chip cannot hold")
			}
		}
		values = append(values, v)
	}
	return []byte(`"` + strings.Join(values, `","`) + `"`), nil
}

// finger is the first of the named fingers that is there; without one an empty record, where the settings allow it.
func (m *maker) finger(bio biometrics, names []string, position byte) ([]byte, error) {
	for _, n := range names {
		if f, ok := bio.minutes[n]; ok {
			return f, nil
		}
	}
	if m.s.Fingers.Missing != emptyIt {
		return nil, invalid("biometrics has no minutiae (ISO/IEC 19794-2) of " + strings.Join(names, " or "))
	}
	// ISO/IEC 19794-2:2005 clause 8: header, one view of the finger with no minutia in it, no extended data.
	const size, resolution = 24 + 4 + 2, 197
	out := append([]byte{}, "FMR\x00 20\x00"...)
	out = binary.BigEndian.AppendUint32(out, size)
	out = append(out, 0, 0, 0, 1, 0, 1, 0, resolution, 0, resolution, 1, 0)
	return append(out, position, 0, 0, 0, 0, 0), nil
}

// decode opens a picture. What Go cannot, the settings' program does, in a process of its own and with no file in between.
func (m *maker) decode(ctx context.Context, b []byte) (image.Image, error) {
	bad := func(detail string, err error) (image.Image, error) {
		return nil, fault(PortraitUnusable, drivers.AgainNever, detail, err)
	}
	if pictureKind(b) == "jp2" {
		if len(m.s.Portrait.Convert) == 0 {
			return bad("it is a JPEG 2000 picture, and portrait.convert names no program for that", nil)
		}
		ctx, cancel := context.WithTimeout(ctx, m.s.Portrait.Within.Duration)
		defer cancel()
		cmd := exec.CommandContext(ctx, m.s.Portrait.Convert[0], m.s.Portrait.Convert[1:]...)
		cmd.Stdin, cmd.WaitDelay = bytes.NewReader(b), time.Second
		out, err := cmd.Output()
		if err != nil {
			return bad("portrait.convert failed", err)
		}
		b = out
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > maxPicture || config.Height > maxPicture {
		return bad("not a picture, or larger than 4000 dots", nil)
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return bad("cut or altered", nil)
	}
	if config.Width < record.PhotoWidth/2 || config.Height < record.PhotoHeight/2 {
		return bad("smaller than 118 x 150 dots", nil)
	}
	return img, nil
}

// cropped gives the middle of a portrait in the proportion of the card's, at its size or larger up to twice.
func cropped(img image.Image) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if wide := h * record.PhotoWidth / record.PhotoHeight; w > wide {
		b.Min.X += (w - wide) / 2
		b.Max.X = b.Min.X + wide
	} else { // what is too much is taken from below: the top of a head is not cut
		b.Max.Y = b.Min.Y + w*record.PhotoHeight/record.PhotoWidth
	}
	scale := 1
	if b.Dx() >= 2*record.PhotoWidth {
		scale = 2
	}
	out := image.NewRGBA(image.Rect(0, 0, scale*record.PhotoWidth, scale*record.PhotoHeight))
	draw.CatmullRom.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	return out
}

func scaled(img image.Image, w, h int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

func encoded(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fault(PortraitUnusable, drivers.AgainNever, "it does not write as JPEG", err)
	}
	return b.Bytes(), nil
}

// signature is the holder's, black on white at the printed size, fitted into it without being stretched.
func (m *maker) signature(c *credential) (*image.Gray, error) {
	paper := image.NewGray(image.Rect(0, 0, signScale*signWidth, signScale*signHeight))
	draw.Draw(paper, paper.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	text := ""
	if m.m.Signature != "" {
		text = c.text(m.m.Signature, nil)
	}
	if text == "" {
		if m.s.Signature.Missing != emptyIt {
			return nil, invalid("no signature of the holder")
		}
		return paper, nil
	}
	raw, ok := base64Any(text)
	if !ok {
		return nil, invalid("the signature is not base64")
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > maxPicture || config.Height > maxPicture {
		return nil, invalid("the signature is no PNG or JPEG")
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, invalid("the signature is cut or altered")
	}
	w, h := paper.Bounds().Dx(), paper.Bounds().Dy()
	if b := img.Bounds(); b.Dx()*h > w*b.Dy() {
		h = max(1, w*b.Dy()/b.Dx())
	} else {
		w = max(1, h*b.Dx()/b.Dy())
	}
	at := image.Pt((paper.Bounds().Dx()-w)/2, (paper.Bounds().Dy()-h)/2)
	draw.CatmullRom.Scale(paper, image.Rectangle{at, at.Add(image.Pt(w, h))}, img, img.Bounds(), draw.Over, nil)
	return paper, nil
}

func inked(img *image.Gray) ([]byte, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, invalid("the signature does not write as PNG")
	}
	return b.Bytes(), nil
}

// raster is the signature of 6FF3: one bit a dot, the first dot the most significant, 1 is ink.
func raster(img *image.Gray) []byte {
	small := image.NewGray(image.Rect(0, 0, signWidth, signHeight))
	draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	out := make([]byte, signWidth/8*signHeight)
	for i, v := range small.Pix {
		if v < 0x90 {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}
