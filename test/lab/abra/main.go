// Command abra stands in for Co-op Cloud's deployer on hosts without it. It does only what hearth relies on.
//
// This file maps subcommands to functions, and reports every failure as abra does: `FATA …` on standard output,
// nothing on standard error, exit 1.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

const version = "0.13.0-beta-06a57de"

// A subcommand gets the words that follow its name.
type subcommand func(words []string, f flags) error

var subcommands = map[string]subcommand{
	"app new":             newApp,
	"app deploy":          deployApp,
	"app upgrade":         upgradeApp,
	"app rollback":        rollBackApp,
	"app undeploy":        undeployApp,
	"app remove":          removeApp,
	"app ls":              listApps,
	"app ps":              listTasks,
	"app logs":            printLogs,
	"app run":             runInApp,
	"app secret generate": generateSecrets,
	"app secret insert":   insertSecret,
	"app secret list":     listSecrets,
	"app secret rm":       removeSecret,
	"recipe fetch":        fetchRecipe,
	"recipe lint":         lintRecipe,
	"recipe versions":     listVersions,
	"server add":          addServer,
	"server ls":           listServers,
}

func main() {
	closeOnExec()
	if err := dispatch(os.Args[1:]); err != nil {
		fmt.Println("FATA " + oneLine(err.Error()))
		os.Exit(1)
	}
}

func dispatch(argv []string) error {
	words, f, err := parseArgs(argv)
	if err != nil {
		return err
	}
	if f.version && len(words) == 0 {
		fmt.Println("abra version " + version)
		return nil
	}
	for _, count := range []int{3, 2} {
		if len(words) < count {
			continue
		}
		if found := subcommands[strings.Join(words[:count], " ")]; found != nil {
			return found(words[count:], f)
		}
	}
	return fmt.Errorf("unknown command: %s", or(strings.Join(words, " "), "none"))
}

// word returns the word at index, or "" if there are fewer.
func word(words []string, index int) string {
	if index >= len(words) {
		return ""
	}
	return words[index]
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(char rune) bool { return char == '\n' || char == '\r' }), " ")
}

func printJSON(value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	fmt.Print(text.String())
	return nil
}
