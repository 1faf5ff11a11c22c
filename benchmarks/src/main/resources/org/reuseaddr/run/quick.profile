# Under three minutes. One line a benchmark: the values of the parameters that do not stay at their first one; one fork
# a combination and pass.
ListenerLifecycle.cycle family=INET,INET6 port=ephemeral,fixed,fresh
ListenerLifecycle.cycle family=INET,INET6 api=native
AcceptThroughput.connections family=INET,INET6
Control.getppid
Control.socketClose
Control.cpu
