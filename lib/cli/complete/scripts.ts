/**
 * The scripts that teach shells to complete command lines. Each takes the line apart as its shell has it, asks the program at
 * the head of the line itself (`complete_role.ts`), so that a script is right for every version, and shows what that offers.
 */
import { COMPLETE_VERB } from "./complete_verb.ts";

const BASH = `# Completions of supervise for bash: eval "$(supervise completions bash)"
_supervise() {
    local line=\${COMP_LINE:0:COMP_POINT} words=() bare part candidate i
    # Bash cuts words at = and : too, which belong to the words of supervise.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        bare=\${line#"\${line%%[![:space:]]*}"}
        part=\${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && part=$bare
        if ((i > 0)) && [[ $bare == "$line" ]]; then
            words[\${#words[@]} - 1]+=$part
        else
            words+=("$part")
        fi
        line=\${bare#"$part"}
    done
    local program=\${words[0]/#\\~\\//"$HOME/"} last=$((\${#words[@]} - 1)) kept=""
    words=("\${words[@]//[\\\\\\'\\"]/}")
    local current=\${words[last]}
    # It replaces what is behind the last of them alone.
    [[ $current == *[=:]* ]] && kept=\${current%"\${current##*[=:]}"}
    [[ $COMP_WORDBREAKS == *=* ]] || kept=""
    while IFS= read -r candidate; do
        case $candidate in
        :files)
            compopt -o filenames
            while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "\${current##*=}")
            ;;
        :commands)
            while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -c -- "$current")
            ;;
        :open) compopt -o nospace ;;
        *)
            candidate=\${candidate%%$'\\t'*}
            COMPREPLY+=("\${candidate#"$kept"}")
            ;;
        esac
    done < <("$program" ${COMPLETE_VERB} "\${words[@]:1}" 2>/dev/null)
}
complete -F _supervise supervise`;

const ZSH = `#compdef supervise
# Completions of supervise for zsh: eval "$(supervise completions zsh)", after compinit;
# or write them to a file that is called _supervise, in a folder of $fpath.
_supervise() {
    local -a found options
    local line more="" program="\${(Q)words[1]}"
    program="\${program/#\\~\\//$HOME/}"
    for line in "\${(@f)$("$program" ${COMPLETE_VERB} "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
        case "$line" in
            '') ;;
            :files | :commands) more="$line" ;;
            :open) options=(-S '') ;;
            *$'\\t'*) found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
            *) found+=("\${line//:/\\\\:}") ;;
        esac
    done
    case "$more" in
        :files)
            [[ "$PREFIX" == --*=* ]] && compset -P '*='
            _files
            ;;
        :commands) _command_names -e ;;
        *) (( \${#found} )) && _describe -t supervise supervise found "\${options[@]}" ;;
    esac
}
if [ "\${funcstack[1]}" = "_supervise" ]; then
    _supervise "$@"
else
    compdef _supervise supervise
fi`;

const FISH = `# Completions of supervise for fish: supervise completions fish | source
# or write them to ~/.config/fish/completions/supervise.fish
function __supervise_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    for line in ($program ${COMPLETE_VERB} $words "$current" 2>/dev/null)
        switch $line
            case ':files'
                set -l stem (string match -r -- '^--[^=]*=' $current)
                for path in (__fish_complete_path (string replace -- "$stem" '' $current))
                    echo "$stem$path"
                end
            case ':commands'
                __fish_complete_command
            case ':open'
            case '*'
                echo $line
        end
    end
end
complete -c supervise -f -a '(__supervise_complete)'`;

const NUSHELL = `# Completions of supervise for nushell: supervise completions nushell | save supervise.nu
# and then, in config.nu: source supervise.nu
let supervise_other_completer = $env.config.completions.external.completer?
$env.config.completions.external.completer = {|spans|
    if ($spans.0 | path basename) == "supervise" {
        let lines = (do { ^$spans.0 ${COMPLETE_VERB} ...($spans | skip 1) } | complete | get stdout | lines)
        if ":files" in $lines or ":commands" in $lines {
            null
        } else {
            $lines | where { |line| not ($line | str starts-with ":") } | each { |line|
                let parts = ($line | split row "\\t")
                { value: $parts.0, description: ($parts.1? | default "") }
            }
        }
    } else if $supervise_other_completer != null {
        do $supervise_other_completer $spans
    }
}`;

/** By the name of the shell. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  nushell: NUSHELL,
};
