// Package tokens knows the forms of a K3s token and the hash in the long form.
package tokens

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Token is a parsed token. A bootstrap token has no user.
type Token struct {
	Hash      string
	User      string
	Password  string
	Bootstrap string
}

var bootstrap = regexp.MustCompile(`^[a-z0-9]{6}\.[a-z0-9]{16}$`)

const (
	prefix     = "K10"
	hashLength = sha256.Size * 2
)

// Parse reads `K10<hash>::<user>:<password>`, the short `<password>`, and bootstrap tokens with or without the hash.
func Parse(text string) (Token, error) {
	if text == "" {
		return Token{}, errors.New("token must not be empty")
	}
	if !strings.HasPrefix(text, prefix) {
		if bootstrap.MatchString(text) {
			return Token{Bootstrap: text}, nil
		}
		return Token{Password: text}, nil
	}
	hash, rest, ok := strings.Cut(text[len(prefix):], "::")
	if !ok {
		return Token{}, errors.New("invalid token format")
	}
	if len(hash) != hashLength {
		return Token{}, errors.New("invalid token CA hash length")
	}
	if bootstrap.MatchString(rest) {
		return Token{Hash: hash, Bootstrap: rest}, nil
	}
	user, password, ok := strings.Cut(rest, ":")
	if !ok || password == "" {
		return Token{}, errors.New("invalid token format")
	}
	return Token{Hash: hash, User: user, Password: password}, nil
}

// Format writes the long form.
func Format(ca []byte, user, password string) (string, error) {
	hash, err := Hash(ca)
	if err != nil {
		return "", err
	}
	return prefix + hash + "::" + user + ":" + password, nil
}

// FormatBootstrap writes a bootstrap token in the long form.
func FormatBootstrap(ca []byte, token string) (string, error) {
	hash, err := Hash(ca)
	if err != nil {
		return "", err
	}
	return prefix + hash + "::" + token, nil
}

// Hash of a CA: over the file's bytes when it holds one certificate, over the root's DER when it holds a chain.
func Hash(ca []byte) (string, error) {
	blocks := []*pem.Block{}
	for rest := ca; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		blocks = append(blocks, block)
	}
	if len(blocks) == 0 {
		return "", errors.New("no certificates in the CA bundle")
	}
	content := ca
	if len(blocks) > 1 {
		content = blocks[len(blocks)-1].Bytes
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}

// Random gives n random bytes as hex.
func Random(n int) string {
	bytes := make([]byte, n)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return hex.EncodeToString(bytes)
}

// NewBootstrap makes a random bootstrap token.
func NewBootstrap() string {
	text := Random(11)
	return text[:6] + "." + text[6:22]
}

// WriteFile keeps a secret on disk, whole or not at all.
func WriteFile(path, content string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temporary := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(temporary, []byte(content), mode); err != nil {
		return err
	}
	if err := os.Chmod(temporary, mode); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
