// Parses the command line: flags may precede the subcommand or follow the positionals.
package main

import (
	"fmt"
	"strings"
)

type flags struct {
	noInput, offline, force, skipConverge, chaos, skipDNS bool
	machine, status, secrets, all, local, version         bool
	server, domain                                        string
}

// An option sets a bool, or takes a value.
type option struct {
	long, short string
	set         *bool
	value       *string
}

func (f *flags) options() []option {
	return []option{
		{long: "no-input", short: "n", set: &f.noInput},
		{long: "offline", short: "o", set: &f.offline},
		{long: "force", short: "f", set: &f.force},
		{long: "no-converge-checks", short: "c", set: &f.skipConverge},
		{long: "chaos", short: "C", set: &f.chaos},
		{long: "no-domain-checks", short: "D", set: &f.skipDNS},
		{long: "machine", short: "m", set: &f.machine},
		{long: "status", short: "S", set: &f.status},
		{long: "secrets", set: &f.secrets},
		{long: "all", short: "a", set: &f.all},
		{long: "local", short: "l", set: &f.local},
		{long: "version", short: "v", set: &f.version},
		{long: "server", short: "s", value: &f.server},
		{long: "domain", value: &f.domain},
	}
}

func parseArgs(argv []string) (words []string, f flags, err error) {
	options := f.options()
	for len(argv) > 0 && err == nil {
		arg := argv[0]
		argv = argv[1:]
		switch {
		case isRun(words):
			if arg != "--" {
				words = append(words, arg)
			}
			return append(words, argv...), f, nil
		case arg == "--":
			return append(words, argv...), f, nil
		case strings.HasPrefix(arg, "--"):
			argv, err = parseLong(options, arg[2:], argv)
		case strings.HasPrefix(arg, "-") && arg != "-":
			argv, err = parseShort(options, arg[1:], argv)
		default:
			words = append(words, arg)
		}
	}
	return words, f, err
}

// isRun reports whether the words that follow are another program's: `app run <domain> <service>`.
func isRun(words []string) bool {
	return len(words) == 4 && words[0] == "app" && words[1] == "run"
}

func parseLong(options []option, arg string, rest []string) ([]string, error) {
	name, value, hasValue := strings.Cut(arg, "=")
	for _, each := range options {
		if each.long != name {
			continue
		}
		if each.value == nil {
			*each.set = true
			if hasValue {
				return nil, fmt.Errorf("flag --%s takes no value", name)
			}
			return rest, nil
		}
		if hasValue {
			*each.value = value
			return rest, nil
		}
		return takeValue(each, "--"+name, rest)
	}
	return nil, fmt.Errorf("unknown flag: --%s", name)
}

// parseShort parses one or more flags of one letter, as in `-no` and `-sdefault`.
func parseShort(options []option, letters string, rest []string) ([]string, error) {
	for at, letter := range letters {
		found := findShort(options, string(letter))
		if found == nil {
			return nil, fmt.Errorf("unknown shorthand flag: '%c' in -%s", letter, letters)
		}
		if found.value == nil {
			*found.set = true
			continue
		}
		if value := letters[at+1:]; value != "" {
			*found.value = value
			return rest, nil
		}
		return takeValue(*found, "-"+found.short, rest)
	}
	return rest, nil
}

func findShort(options []option, letter string) *option {
	for at := range options {
		if options[at].short == letter {
			return &options[at]
		}
	}
	return nil
}

func takeValue(taker option, name string, rest []string) ([]string, error) {
	if len(rest) == 0 {
		return nil, fmt.Errorf("flag needs an argument: %s", name)
	}
	*taker.value = rest[0]
	return rest[1:], nil
}
