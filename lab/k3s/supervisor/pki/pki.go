// Package pki makes the cluster's certificate authorities and certificates.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	year       = 365 * 24 * time.Hour
	renewUnder = 120 * 24 * time.Hour
)

// Authority signs certificates.
type Authority struct {
	Certificate *x509.Certificate
	PEM         []byte
	key         crypto.Signer
}

// Leaf says what a certificate is for.
type Leaf struct {
	CommonName   string
	Organization []string
	Names        []string
	Server       bool
}

// Open reads the CA of a name in a folder, or makes it; a CA that was put there before the first start is used.
func Open(folder, name string) (*Authority, error) {
	certificatePath := filepath.Join(folder, name+".crt")
	keyPath := filepath.Join(folder, name+".key")
	if content, err := os.ReadFile(certificatePath); err == nil {
		key, err := ReadKey(keyPath)
		if err != nil {
			return nil, err
		}
		certificate, err := Parse(content)
		if err != nil {
			return nil, err
		}
		return &Authority{Certificate: certificate, PEM: content, key: key}, nil
	}
	key, err := OpenKey(keyPath)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: fmt.Sprintf("k3s-%s@%d", name, now.Unix())},
		NotBefore:             now.Add(-time.Minute),
		NotAfter:              now.Add(10 * year),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	content := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := write(certificatePath, content, 0o644); err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &Authority{Certificate: certificate, PEM: content, key: key}, err
}

// Sign gives a certificate for a public key, followed by the CA's own.
func (a *Authority) Sign(leaf Leaf, public crypto.PublicKey) ([]byte, error) {
	now := time.Now()
	usage := x509.ExtKeyUsageClientAuth
	if leaf.Server {
		usage = x509.ExtKeyUsageServerAuth
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: leaf.CommonName, Organization: leaf.Organization},
		NotBefore:    now.Add(-time.Minute),
		NotAfter:     now.Add(year),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{usage},
	}
	seen := map[string]bool{}
	for _, name := range leaf.Names {
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, public, a.key)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), a.PEM...), nil
}

// Ensure keeps a certificate and its key as `<name>.crt` and `<name>.key`; it is made anew when names changed or it ends soon.
func (a *Authority) Ensure(folder, name string, leaf Leaf) error {
	key, err := OpenKey(filepath.Join(folder, name+".key"))
	if err != nil {
		return err
	}
	path := filepath.Join(folder, name+".crt")
	if content, err := os.ReadFile(path); err == nil {
		if old, err := Parse(content); err == nil && a.stillGood(old, leaf) {
			return nil
		}
	}
	content, err := a.Sign(leaf, key.Public())
	if err != nil {
		return err
	}
	return write(path, content, 0o644)
}

func (a *Authority) stillGood(old *x509.Certificate, leaf Leaf) bool {
	if old.CheckSignatureFrom(a.Certificate) != nil || time.Until(old.NotAfter) < renewUnder || old.Subject.CommonName != leaf.CommonName {
		return false
	}
	for _, name := range leaf.Names {
		if name != "" && old.VerifyHostname(name) != nil {
			return false
		}
	}
	return true
}

// OpenKey reads a private key or makes it.
func OpenKey(path string) (crypto.Signer, error) {
	if _, err := os.Stat(path); err == nil {
		return ReadKey(path)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, write(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}

// OpenRSAKey reads an RSA key or makes it: service account tokens are signed by one.
func OpenRSAKey(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	return write(path, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600)
}

// ReadKey reads a private key in any of the usual wrappings.
func ReadKey(path string) (crypto.Signer, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for {
		block, rest := pem.Decode(content)
		if block == nil {
			return nil, fmt.Errorf("no private key in %s", path)
		}
		content = rest
		if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
			return key, nil
		}
		if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
			return key, nil
		}
		if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if signer, ok := key.(crypto.Signer); ok {
				return signer, nil
			}
		}
	}
}

// Parse reads the first certificate.
func Parse(content []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, errors.New("no certificate found")
	}
	return x509.ParseCertificate(block.Bytes)
}

func serial() *big.Int {
	number, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 62))
	if err != nil {
		panic(err)
	}
	return number
}

func write(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", content, mode); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
