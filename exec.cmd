@rem What `exec` of the start script is on Windows. Elsewhere it is the shell's own, so that Ctrl-C ends the app and not the shell before it.
@%*
