#!/bin/sh
# The `fieldgate` command of an installed app: the same engine, without a window. It brings no Node of its own.
set -eu
here=$(dirname "$(readlink -f "$0")")
for app in "$here/../../fieldgate-desktop" "$here/../../MacOS/Fieldgate"; do
  # Chromium starts before any code of the app does; without a display it must be told to do without.
  if [ -x "$app" ]; then exec "$app" --ozone-platform=headless --cli "$@"; fi
done
echo "error: The Fieldgate app is not where this command expects it." >&2
echo "hint: Install it again, or run the command with: npx fieldgate" >&2
exit 1
