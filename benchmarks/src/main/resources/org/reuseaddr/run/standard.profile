# About a quarter of an hour: every question, and the parameters that tell platforms apart. One line a benchmark: the
# values of the parameters that do not stay at their first one; one fork a combination and pass.
ListenerLifecycle.cycle family=INET,INET6 port=ephemeral,fixed,fresh api=channel,socket,native
ListenerLifecycle.cycle family=INET,INET6 reuseAddress=false
SyscallCost.socket family=INET,INET6
SyscallCost.setsockopt family=INET,INET6
SyscallCost.bind family=INET,INET6 port=ephemeral,fixed,fresh
SyscallCost.listen family=INET,INET6
AfterPause.bind port=fixed,ephemeral
AfterPause.listen
ConcurrentBind.bind binders=1,2,4
SyscallCost.getsockname family=INET,INET6
SyscallCost.accept family=INET,INET6
SyscallCost.close family=INET,INET6
AcceptDrain.accept family=INET,INET6 api=channel,socket,native
AcceptDrain.acceptAndClose family=INET,INET6
AcceptThroughput.connections family=INET,INET6
AcceptThroughput.connections api=socket,selector,native
AcceptThroughput.connections close=clientFin,serverFin
TimeToFirstAccept.listenConnectAccept family=INET,INET6 port=ephemeral,fixed
TimeToFirstAccept.listenConnectAccept port=fresh
ReusePortGroup.connect
DuplicateRejection.bind family=INET,INET6
DuplicateRejection.listen family=INET,INET6
CrowdedBind.ephemeralPort held=0,100,1000,10000
CrowdedBind.ephemeralPort held=1000 where=outside
CrowdedBind.fixedPort held=1000
Control.getppid
Control.socketClose
Control.unixBind
Control.cpu
