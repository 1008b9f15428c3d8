package tokens

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"farthing.lab/k3s/pki"
)

func authority(t *testing.T) []byte {
	t.Helper()
	ca, err := pki.Open(t.TempDir(), "server-ca")
	if err != nil {
		t.Fatal(err)
	}
	return ca.PEM
}

func TestParse(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for text, want := range map[string]Token{
		"secret":                                   {Password: "secret"},
		"K10" + hash + "::server:secret":           {Hash: hash, User: "server", Password: "secret"},
		"K10" + hash + "::node:with:colon":         {Hash: hash, User: "node", Password: "with:colon"},
		"abcdef.0123456789abcdef":                  {Bootstrap: "abcdef.0123456789abcdef"},
		"K10" + hash + "::abcdef.0123456789abcdef": {Hash: hash, Bootstrap: "abcdef.0123456789abcdef"},
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                         "token must not be empty",
		"K10abc::server:secret":    "invalid token CA hash length",
		"K10" + hash:               "invalid token format",
		"K10" + hash + "::secret":  "invalid token format",
		"K10" + hash + "::server:": "invalid token format",
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("Parse(%q) gives %v, want %s", text, err, want)
		}
	}
}

func TestHashIsOfTheFilesBytes(t *testing.T) {
	ca := authority(t)
	sum := sha256.Sum256(ca)
	got, err := Hash(ca)
	if err != nil || got != hex.EncodeToString(sum[:]) {
		t.Errorf("Hash = %s, %v", got, err)
	}
	chain := append(append([]byte{}, authority(t)...), ca...)
	certificate, err := pki.Parse(ca)
	if err != nil {
		t.Fatal(err)
	}
	root := sha256.Sum256(certificate.Raw)
	if got, err := Hash(chain); err != nil || got != hex.EncodeToString(root[:]) {
		t.Errorf("Hash of a chain = %s, %v; want that of the root's DER", got, err)
	}
}

func TestFormatAndParseAgree(t *testing.T) {
	ca := authority(t)
	text, err := Format(ca, "server", "secret")
	if err != nil {
		t.Fatal(err)
	}
	token, err := Parse(text)
	if err != nil || token.User != "server" || token.Password != "secret" {
		t.Errorf("%+v, %v", token, err)
	}
	if !bootstrap.MatchString(NewBootstrap()) {
		t.Error("a new bootstrap token is not of the form of one")
	}
}
