#!/bin/bash
# Records real servers with strace, each started twice on one port, and judges the traces: on a correct Linux nothing in
# them is impossible.
#
#     scripts/real-traces.sh [--record-only] [DIR]        # default: benchmarks/target/real-traces
#
# The servers are Python's http.server, node, nginx, redis, Java's HttpServer, and Netty over NIO and over epoll, which Maven
# downloads; one that cannot be had is named and left out. DIR/NAME.strace has the sockets, descriptors and processes of the
# server NAME; strace cuts strings out, and the names of files are replaced. The exit code is that of judge.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

record_only=false
if [ "${1:-}" = --record-only ]; then
    record_only=true
    shift
fi
directory=${1:-$repository/benchmarks/target/real-traces}
mkdir -p "$directory"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
port=23410

need strace strace
need python3 python3-minimal
need curl curl

# record NAME COMMAND...: starts the command, asks it something, starts it again beside the first, and ends both. An @ in the
# command stands for the port.
record() {
    local name=$1
    shift
    port=$((port + 1))
    echo "recording $name" >&2
    strace -f -tt -s 0 -e signal=none \
        -e trace=network,close,close_range,dup,dup2,dup3,fcntl,clone,clone3,fork,vfork,execve,exit_group \
        -o "$work/$name" bash -c '
            name=$1 port=$2
            shift 2
            answers() { (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; }
            "${@//@/$port}" > /dev/null 2>&1 &
            first=$!
            for attempt in {1..300}; do answers && break; sleep 0.1; done
            answers || exit 1
            curl -s -m 5 -o /dev/null "http://127.0.0.1:$port/" || true
            timeout 20 "${@//@/$port}" > /dev/null 2>&1 || true
            kill "$first"
            wait "$first" || true
        ' bash "$name" "$port" "$@" || { echo "${0##*/}: $name did not start: left out" >&2; return 0; }
    # The names of files are not of interest, and may be private.
    sed -E -e 's/(execve\()"[^"]*", \[[^]]*\]/\1"\/program", ["program"]/' -e 's/sun_path=@?"[^"]*"/sun_path="\/socket"/' \
        "$work/$name" > "$directory/$name.strace"
}

# wanted COMMAND PACKAGE: whether the command is there or can be installed.
wanted() {
    (need "$1" "$2") || { echo "${0##*/}: no $1: left out" >&2; return 1; }
}

record python "$(python3 -c "import sys; print(sys.executable)")" -m http.server --bind 127.0.0.1 @

if wanted node nodejs; then
    record node node -e 'require("http").createServer((q, a) => a.end("x")).listen(+process.argv[1])' @
fi

if wanted nginx nginx-light; then
    mkdir "$work/nginx-files"
    cat > "$work/nginx.conf.in" <<END
daemon off;
worker_processes 2;
error_log /dev/null;
pid $work/nginx-files/pid;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx-files/body;
    proxy_temp_path $work/nginx-files/proxy;
    fastcgi_temp_path $work/nginx-files/fastcgi;
    uwsgi_temp_path $work/nginx-files/uwsgi;
    scgi_temp_path $work/nginx-files/scgi;
    server { listen 127.0.0.1:PORT; listen [::1]:PORT; return 200; }
}
END
    sed "s/PORT/$((port + 1))/g" "$work/nginx.conf.in" > "$work/nginx.conf"
    record nginx "$(PATH=$PATH:/usr/sbin command -v nginx)" -c "$work/nginx.conf"
fi

if wanted redis-server redis-server; then
    record redis redis-server --port @ --save "" --dir "$work"
fi

if command -v java > /dev/null; then
    cat > "$work/Server.java" <<'END'
public class Server {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        var server = com.sun.net.httpserver.HttpServer.create(new java.net.InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }
}
END
    record java-httpserver java "$work/Server.java" @

    cat > "$work/pom.xml" <<'END'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>traces</groupId><artifactId>traces</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId><version>4.1.119.Final</version>
      <classifier>linux-x86_64</classifier></dependency>
    <dependency><groupId>io.netty</groupId><artifactId>netty-transport-classes-epoll</artifactId><version>4.1.119.Final</version></dependency>
  </dependencies>
</project>
END
    cat > "$work/Echo.java" <<'END'
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;

public class Echo {
    public static void main(String[] arguments) throws Exception {
        boolean epoll = arguments[0].equals("epoll");
        EventLoopGroup group = epoll ? new EpollEventLoopGroup(2) : new NioEventLoopGroup(2);
        try {
            new ServerBootstrap().group(group).channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter() { })
                    .bind("127.0.0.1", Integer.parseInt(arguments[1])).sync().channel().closeFuture().sync();
        } finally {
            group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
        }
    }
}
END
    if command -v mvn > /dev/null && mvn -q -B -f "$work/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/classpath" >&2; then
        record netty-nio java -cp "$(cat "$work/classpath")" "$work/Echo.java" nio @
        record netty-epoll java -cp "$(cat "$work/classpath")" "$work/Echo.java" epoll @
    else
        echo "${0##*/}: Maven cannot get Netty: left out" >&2
    fi
fi

if ! $record_only; then
    exec "$repository/scripts/run.sh" judge "$directory"/*.strace
fi
