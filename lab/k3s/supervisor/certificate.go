package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/pki"
)

const warnUnder = 120 * 24 * time.Hour

// certificateCommand lists the certificates, or throws the leaves away so that the next start makes new ones.
func certificateCommand(arguments []string) {
	if len(arguments) == 0 {
		fmt.Println("USAGE:\n   k3s certificate check|rotate")
		return
	}
	set := flag.NewFlagSet("certificate", flag.ContinueOnError)
	format := set.String("output", "text", "text or table")
	set.StringVar(format, "o", "text", "text or table")
	folder, _ := folderOf(set, arguments[1:])
	switch arguments[0] {
	case "check":
		checkCertificates(folder, *format)
	case "rotate":
		rotateCertificates(folder)
	default:
		logs.Fatal("stand-in: certificate %s is not in the stand-in", arguments[0])
	}
}

func certificateFiles(folder string) []string {
	files := []string{}
	for _, pattern := range []string{filepath.Join(folder, "tls", "*.crt"), filepath.Join(folder, "..", "agent", "*.crt")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			logs.Fatal("%v", err)
		}
		files = append(files, found...)
	}
	sort.Strings(files)
	return files
}

func checkCertificates(folder, format string) {
	if _, err := os.Stat(filepath.Join(folder, "tls")); err == nil {
		logs.Info("Server detected, checking agent and server certificates")
	} else {
		logs.Info("Agent detected, checking agent certificates")
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "FILENAME\tSUBJECT\tEXPIRES\tRESIDUAL TIME\tSTATUS")
	for _, file := range certificateFiles(folder) {
		content, err := os.ReadFile(file)
		if err != nil {
			logs.Fatal("%v", err)
		}
		certificate, err := pki.Parse(content)
		if err != nil {
			continue
		}
		status := "OK"
		left := time.Until(certificate.NotAfter)
		if left < 0 {
			status = "EXPIRED"
		} else if left < warnUnder {
			status = "WARNING"
		}
		if format == "table" {
			fmt.Fprintf(table, "%s\t%s\t%s\t%d days\t%s\n", filepath.Base(file), certificate.Subject, certificate.NotAfter.UTC().Format("Jan 02, 2006 15:04 UTC"), int(left.Hours()/24), status)
		} else {
			logs.Info("%s: certificate %s is %s, expires at %s", file, certificate.Subject, strings.ToLower(status), certificate.NotAfter.UTC().Format(time.RFC3339))
		}
	}
	if format == "table" {
		table.Flush()
	}
}

// rotateCertificates keeps the old leaves beside, as K3s does; authorities and their keys stay.
func rotateCertificates(folder string) {
	backup := filepath.Join(folder, fmt.Sprintf("tls-%d", time.Now().Unix()))
	for _, file := range certificateFiles(folder) {
		if strings.HasSuffix(file, "-ca.crt") {
			continue
		}
		if err := os.MkdirAll(backup, 0o700); err != nil {
			logs.Fatal("%v", err)
		}
		if err := os.Rename(file, filepath.Join(backup, filepath.Base(file))); err != nil {
			logs.Fatal("%v", err)
		}
	}
	logs.Info("Successfully backed up certificates to %s, please restart k3s server or agent to rotate certificates", backup)
}
