#!/bin/bash
# Asks "twice" of servers that people run: Python's http.server, node, nginx, redis, the JDK's HttpServer, Java-WebSocket, and Netty
# with its NIO and its epoll transport. The jars of the last three come from Maven; a program that is not there is left out.
#
#     scripts/real-twice.sh               # here: each second start must be refused
#     scripts/real-twice.sh wsl1          # under the fault that emulates WSL 1: both listen, exit code 3
#     scripts/real-twice.sh gvisor        # inside gVisor
#
# Prints what "twice" says of each. The exit code is 1 if an answer is not the one expected; of gVisor none is.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

need_jar
need mvn maven
java=$(find_java)
where=${1:-here}
case $where in
    here | wsl1 | gvisor) ;;
    *) echo "${0##*/}: expected here, wsl1 or gvisor, found $where" >&2 && exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cat >"$work/pom.xml" <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.reuseaddr</groupId>
  <artifactId>real-twice</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.java-websocket</groupId><artifactId>Java-WebSocket</artifactId><version>1.6.0</version></dependency>
    <dependency><groupId>io.netty</groupId><artifactId>netty-transport</artifactId><version>4.1.119.Final</version></dependency>
    <dependency><groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId><version>4.1.119.Final</version>
      <classifier>linux-x86_64</classifier></dependency>
    <dependency><groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId><version>4.1.119.Final</version>
      <classifier>linux-aarch_64</classifier></dependency>
  </dependencies>
</project>
POM
mvn -q -B -f "$work/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$work/jars" >"$work/log" 2>&1 || { cat "$work/log" >&2; die "Maven could not fetch the servers"; }

cat >"$work/WebSocket.java" <<'JAVA'
import java.net.InetSocketAddress;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

class Chat extends WebSocketServer {
    Chat(int port) {
        super(new InetSocketAddress("127.0.0.1", port));
        setReuseAddr(true);
    }

    public static void main(String[] words) {
        new Chat(Integer.parseInt(words[0])).run();
    }

    public void onOpen(WebSocket socket, ClientHandshake handshake) { }

    public void onClose(WebSocket socket, int code, String reason, boolean remote) { }

    public void onMessage(WebSocket socket, String message) { }

    public void onStart() { }

    public void onError(WebSocket socket, Exception e) {
        e.printStackTrace();
        if (socket == null) {
            System.exit(1);
        }
    }
}
JAVA
cat >"$work/Netty.java" <<'JAVA'
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;

class Netty {
    public static void main(String[] words) throws Exception {
        boolean epoll = words[1].equals("epoll");
        EventLoopGroup group = epoll ? new EpollEventLoopGroup(2) : new NioEventLoopGroup(2);
        try {
            new ServerBootstrap().group(group).option(ChannelOption.SO_REUSEADDR, true)
                    .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
                        }
                    }).bind("127.0.0.1", Integer.parseInt(words[0])).sync().channel().closeFuture().sync();
        } finally {
            group.shutdownGracefully();
        }
    }
}
JAVA
cat >"$work/Http.java" <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

class Http {
    public static void main(String[] words) throws Exception {
        HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(words[0])), 0).start();
    }
}
JAVA
"$(dirname "$java")/javac" -d "$work/classes" -cp "$work/jars/*" "$work/WebSocket.java" "$work/Netty.java" "$work/Http.java" 2>"$work/log" \
    || { cat "$work/log" >&2; die "the servers do not compile"; }

# twice OPTION... -- COMMAND...: as the platform asked for has it.
twice() {
    case $where in
        here) "$java" -jar "$jar" twice "$@" ;;
        wsl1) REUSEADDR_FAULT=duplicate-listener LD_PRELOAD=$work/fault.so "$java" -jar "$jar" twice --no-strace "$@" ;;
        gvisor) "$repository/scripts/run-in-gvisor.sh" twice --no-strace --timeout 120s "$@" ;;
    esac
}

expected=0
if [ "$where" = wsl1 ]; then
    need gcc gcc
    gcc -shared -fPIC -O2 -o "$work/fault.so" "$repository/benchmarks/src/test/c/fault.c" -ldl -lpthread
    expected=3
fi
status=0
# A port that nothing has, of those that Linux does not hand out by itself: what is free there stays so until the server takes it.
free_port() {
    python3 -c '
import random, socket
while True:
    port = random.randint(20000, 32000)
    try:
        with socket.socket() as holder:
            holder.bind(("0.0.0.0", port))
        print(port)
        break
    except OSError:
        pass'
}

# started SERVER PORT: sets command to what starts it; one file of nginx's a port, since it stays as a daemon.
started() {
    local in_java=("$java" -cp "$work/classes:$work/jars/*")
    case $1 in
        python3) command=(python3 -m http.server "$2" --bind 127.0.0.1) ;;
        node) command=(node -e "require('http').createServer((q, s) => s.end('x')).listen($2, '127.0.0.1')") ;;
        nginx)
            echo "pid $work/nginx-$2.pid; error_log stderr; events {} http { access_log off; server { listen 127.0.0.1:$2; } }" \
                >"$work/nginx-$2.conf"
            command=(nginx -c "$work/nginx-$2.conf")
            ;;
        redis-server) command=(redis-server --port "$2" --bind 127.0.0.1 --save '' --dir "$work") ;;
        HttpServer) command=("${in_java[@]}" Http "$2") ;;
        Java-WebSocket) command=("${in_java[@]}" Chat "$2") ;;
        Netty-NIO) command=("${in_java[@]}" Netty "$2" nio) ;;
        Netty-epoll) command=("${in_java[@]}" Netty "$2" epoll) ;;
    esac
}

PATH=$PATH:/usr/sbin
for server in python3 node nginx redis-server HttpServer Java-WebSocket Netty-NIO Netty-epoll; do
    port=$(free_port)
    echo "== $server"
    started "$server" "$port"
    if ! path=$(command -v "${command[0]}"); then
        echo "not installed"
        continue
    fi
    code=0
    twice --port "$port" -- "$path" "${command[@]:1}" || code=$?
    echo "exit code $code"
    [ "$where" = gvisor ] || [ "$code" = "$expected" ] || status=1
done
exit "$status"
