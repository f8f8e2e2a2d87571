#!/bin/sh
# The program that all of them run where there is no compiler: as child.c, at the cost of a shell.
mode=$1 board=$2 name=$3
printf '%-24s %10d %27d\n' "$name" $$ "$(date +%s%N)" >> "$board"
case $mode in
exit) exit 0 ;;
wait) echo "it runs" ;;
blocks) line=$(printf '%099d' 0); yes "$line" | head -n 399999; printf 'LAST-OF-ALL%088d\n' 0 ;;
lines) exit 1 ;;
esac
exec sleep 2000000
