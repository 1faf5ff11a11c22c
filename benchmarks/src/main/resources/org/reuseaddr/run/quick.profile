# Under three minutes: the main questions. One line a benchmark: the values of the parameters that do not stay at their
# first one; one fork a combination and pass.
ListenerLifecycle.cycle family=INET,INET6
ListenerLifecycle.cycle port=fixed,fresh
ListenerLifecycle.cycle family=INET,INET6 api=native
SyscallCost.socket
SyscallCost.setsockopt
SyscallCost.bind port=ephemeral,fixed,fresh
SyscallCost.listen
AfterPause.bind
SyscallCost.getsockname
SyscallCost.accept
SyscallCost.close
AcceptDrain.accept family=INET,INET6
AcceptThroughput.connections family=INET,INET6
TimeToFirstAccept.listenConnectAccept port=ephemeral,fixed
DuplicateRejection.bind
DuplicateRejection.listen
CrowdedBind.ephemeralPort held=0,1000
Control.getppid
Control.socketClose
Control.unixBind
Control.cpu
