// Orders a recipe's versions, which are tags `<recipe semver>+<app version>`.
package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"
)

// versionsOf returns the release tags, oldest first: by the recipe's semver, then by the app's version.
func versionsOf(recipe string) ([]string, error) {
	tags, err := git(clonePath(recipe), "tag")
	if err != nil {
		return nil, err
	}
	versions := slices.DeleteFunc(lines(tags), func(tag string) bool {
		own, _, isVersion := strings.Cut(tag, "+")
		return !isVersion || strings.Count(strings.SplitN(own, "-", 2)[0], ".") != 2 || !semver.IsValid(semverOf(own))
	})
	slices.SortStableFunc(versions, compareVersions)
	return versions, nil
}

// newest returns the newest version, or "" if the recipe has none.
func newest(recipe string) (string, error) {
	versions, err := versionsOf(recipe)
	if err != nil || len(versions) == 0 {
		return "", err
	}
	return versions[len(versions)-1], nil
}

func compareVersions(a, b string) int {
	ownA, appA, _ := strings.Cut(a, "+")
	ownB, appB, _ := strings.Cut(b, "+")
	if order := semver.Compare(semverOf(ownA), semverOf(ownB)); order != 0 {
		return order
	}
	return slices.Compare(numbers(appA), numbers(appB))
}

func semverOf(own string) string {
	return "v" + strings.TrimPrefix(own, "v")
}

var threeNumbers = regexp.MustCompile(`(\d+)(?:\.(\d+))?(?:\.(\d+))?`)

// numbers returns the first one to three numbers of an app's version, which is free text.
func numbers(app string) []int {
	found := make([]int, 3)
	if match := threeNumbers.FindStringSubmatch(app); match != nil {
		for at, text := range match[1:] {
			found[at], _ = strconv.Atoi(text)
		}
	}
	return found
}
