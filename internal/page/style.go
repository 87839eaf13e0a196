package page

import _ "embed"

// Style is the style sheet that all of nightpress's own pages begin with: colors for
// light and dark, one typeface, and the elements that they have in common.
//
//go:embed style.css
var Style string
