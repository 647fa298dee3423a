// Command oracle prints how genuine readers understand .env and compose files, as JSON on standard output.
//
//	oracle env < file
//	oracle compose <<< '{"dir": "…", "files": ["compose.yml"], "env": {"DOMAIN": "…"}}'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/joho/godotenv"

	"hearth-lab/compose"
)

type request struct {
	Dir   string            `json:"dir"`
	Files []string          `json:"files"`
	Env   map[string]string `json:"env"`
}

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: oracle env|compose"))
	}
	var answer any
	var err error
	switch os.Args[1] {
	case "env":
		answer, err = godotenv.Parse(os.Stdin)
	case "compose":
		answer, err = load()
	default:
		err = fmt.Errorf("expected env or compose, got %s", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		fail(err)
	}
}

func load() (any, error) {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return nil, err
	}
	details, err := compose.Read(asked.Dir, asked.Files, asked.Env)
	if err != nil {
		return nil, err
	}
	return compose.Load(details)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
