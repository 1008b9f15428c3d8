// Package userland unpacks the programs that ride at the end of the k3s file.
//
// The file ends with a tar archive compressed by zstd, then 8 bytes of its length, its sha256 and the mark.
package userland

import (
	"archive/tar"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"farthing.lab/k3s/logs"
	"github.com/klauspost/compress/zstd"
)

// Mark ends a k3s file that carries an archive.
const Mark = "K3S-LAB-ARCHIVE1"

const tailLength = 8 + 32 + len(Mark)

// Ensure gives the folder of programs, unpacking it the first time.
func Ensure(dataDir string) (string, error) {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return "", err
	}
	defer self.Close()
	info, err := self.Stat()
	if err != nil {
		return "", err
	}
	tail := make([]byte, tailLength)
	if _, err := self.ReadAt(tail, info.Size()-int64(tailLength)); err != nil {
		return "", err
	}
	if string(tail[40:]) != Mark {
		return "", errors.New("this k3s file carries no programs: it was not put together by lab/k3s/build.ts")
	}
	length := int64(binary.BigEndian.Uint64(tail[:8]))
	name := hex.EncodeToString(tail[8:40])
	data := filepath.Join(dataDir, "data")
	folder := filepath.Join(data, name)
	if _, err := os.Stat(filepath.Join(folder, "bin", "k3s")); err == nil {
		link(data, name)
		return filepath.Join(folder, "bin"), nil
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return "", err
	}
	logs.Info("Preparing data dir %s", folder)
	temporary := fmt.Sprintf("%s-tmp-%d", folder, os.Getpid())
	archive := io.NewSectionReader(self, info.Size()-int64(tailLength)-length, length)
	err = unpack(archive, temporary)
	debug.FreeOSMemory() // unpacking takes some ten MB that a small host needs back
	if err != nil {
		os.RemoveAll(temporary)
		return "", err
	}
	if err := os.Rename(temporary, folder); err != nil {
		os.RemoveAll(temporary)
		if _, again := os.Stat(folder); again != nil {
			return "", err
		}
	}
	link(data, name)
	return filepath.Join(folder, "bin"), nil
}

// link keeps `current`, and `previous` when the version changed.
func link(data, name string) {
	current := filepath.Join(data, "current")
	old, _ := os.Readlink(current)
	if old == filepath.Join(data, name) {
		return
	}
	if old != "" {
		os.Remove(filepath.Join(data, "previous"))
		os.Symlink(old, filepath.Join(data, "previous"))
	}
	os.Remove(current)
	os.Symlink(filepath.Join(data, name), current)
	cni := filepath.Join(data, "cni")
	os.MkdirAll(cni, 0o755)
	for _, plugin := range []string{"bandwidth", "bridge", "flannel", "host-local", "loopback", "portmap"} {
		os.Remove(filepath.Join(cni, plugin))
		os.Symlink(filepath.Join(data, name, "bin", plugin), filepath.Join(cni, plugin))
	}
}

func unpack(archive io.Reader, folder string) error {
	decoder, err := zstd.NewReader(archive, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return err
	}
	defer decoder.Close()
	reader := tar.NewReader(decoder)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		path := filepath.Join(folder, filepath.Clean("/"+header.Name))
		switch header.Typeflag {
		case tar.TypeDir:
			if err := os.MkdirAll(path, 0o755); err != nil {
				return err
			}
		case tar.TypeSymlink:
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.Symlink(header.Linkname, path); err != nil {
				return err
			}
		case tar.TypeReg:
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, os.FileMode(header.Mode&0o755))
			if err != nil {
				return err
			}
			if _, err := io.Copy(file, reader); err != nil {
				file.Close()
				return err
			}
			if err := file.Close(); err != nil {
				return err
			}
		}
	}
}
