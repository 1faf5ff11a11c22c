# About a quarter of an hour. One line a benchmark: the values of the parameters that do not stay at their first one; one
# fork a combination and pass.
ListenerLifecycle.cycle family=INET,INET6 port=ephemeral,fixed,fresh api=channel,socket,native
ListenerLifecycle.cycle family=INET,INET6 reuseAddress=false
AcceptThroughput.connections family=INET,INET6 api=channel,socket,selector,native
AcceptThroughput.connections family=INET close=clientFin,serverFin
Control.getppid
Control.socketClose
Control.cpu
