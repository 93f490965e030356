/** What a shell loads to ask `status` at every TAB. The answer is only ever compared, shown and inserted; no shell evaluates it. */
export const SCRIPTS = {
  bash: `# bash completion for status. In ~/.bashrc:  source <(status completion bash)
_status() {
  local line how=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $how ]]; then how=$line; else COMPREPLY+=("$line"); fi
  done < <(command status __complete bash "\${COMP_TYPE:-9}" "\${COLUMNS:-80}" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  # Bash 3 has no compopt: there, nothing is sorted and every word is ended.
  case $how in
    files) compopt -o default 2>/dev/null ;;
    open) compopt -o nospace 2>/dev/null ;;
  esac
  compopt -o nosort 2>/dev/null
  return 0
}
complete -F _status status
`,
  zsh: `#compdef status
# zsh completion for status. In ~/.zshrc, behind compinit:  source <(status completion zsh)
_status() {
  emulate -L zsh
  local line how=
  local -a before values shown suffix
  (( CURRENT > 2 )) && before=("\${(@Q)words[2,CURRENT-1]}")
  while IFS= read -r line; do
    if [[ -z $how ]]; then how=$line; continue; fi
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line#*$'\\t'}")
  done < <(command status __complete zsh "\${COLUMNS:-80}" "\${before[@]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)
  if [[ $how == files ]]; then
    compset -P '--*='
    _files
    return
  fi
  [[ $how == open ]] && suffix=(-S '')
  compadd -V status -l "\${suffix[@]}" -d shown -a values
}
if [[ \${funcstack[1]} == _status ]]; then _status "$@"; elif (( $+functions[compdef] )); then compdef _status status; fi
`,
  fish: `# fish completion for status. In ~/.config/fish/config.fish:  command status completion fish | source
# "status" is a word of fish itself, so type "command status", or name it:  alias st 'command status'
function __status_complete
    set -l before (commandline -opc)
    set -l answer (command status __complete fish $before[2..-1] (commandline -ct) 2>/dev/null </dev/null)
    if test "$answer[1]" = files
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $answer[2..-1]
    end
end
# Fish's own words for its own "status" are loaded first, or they would come back.
complete --do-complete 'status ' >/dev/null 2>&1
complete -c status -e
complete -c status -f -k -a '(__status_complete)'
`,
} as const;
