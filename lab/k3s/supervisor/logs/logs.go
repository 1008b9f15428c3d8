// Package logs writes lines in the form K3s' own log has, because people and programs match on them.
package logs

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

var lock sync.Mutex

// Debug turns debug lines on.
var Debug bool

func write(level, format string, arguments ...any) {
	line := fmt.Sprintf("time=%q level=%s msg=%s\n", time.Now().Format(time.RFC3339), level, strconv.Quote(fmt.Sprintf(format, arguments...)))
	lock.Lock()
	defer lock.Unlock()
	os.Stderr.WriteString(line)
}

// Info, Warning, Error and Debugf write one line of that level.
func Info(format string, arguments ...any) { write("info", format, arguments...) }

// Warning writes one line of level warning.
func Warning(format string, arguments ...any) { write("warning", format, arguments...) }

// Error writes one line of level error.
func Error(format string, arguments ...any) { write("error", format, arguments...) }

// Debugf writes one line of level debug, if asked for.
func Debugf(format string, arguments ...any) {
	if Debug {
		write("debug", format, arguments...)
	}
}

// Fatal writes one line and ends the program as K3s does: exit code 1, and systemd starts it again.
func Fatal(format string, arguments ...any) {
	write("fatal", format, arguments...)
	os.Exit(1)
}
