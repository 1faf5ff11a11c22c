# benchmark, then the values of the parameters that do not stay at their first one; one fork a combination and pass.
ListenerLifecycle.cycle family=INET,INET6 port=ephemeral,fixed api=channel
ListenerLifecycle.cycle family=INET,INET6 port=ephemeral api=native
AcceptThroughput.connection family=INET,INET6 api=channel
