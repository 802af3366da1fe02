// The Go proxy that most people would write: io.Copy both ways, half-close kept. Arguments: LISTEN:SERVER ports.
package main

import (
  "io"
  "net"
  "os"
  "strings"
)

const loopback = "127.0.0.1:"

func relay(client *net.TCPConn, port string) {
  defer client.Close()
  connection, err := net.Dial("tcp", loopback+port)
  if err != nil {
    return
  }
  server := connection.(*net.TCPConn)
  defer server.Close()
  done := make(chan struct{}, 2)
  pass := func(to, from *net.TCPConn) {
    io.Copy(to, from)
    to.CloseWrite()
    done <- struct{}{}
  }
  go pass(server, client)
  go pass(client, server)
  <-done
  <-done
}

func listen(listener net.Listener, port string) {
  for {
    client, err := listener.Accept()
    if err == nil {
      go relay(client.(*net.TCPConn), port)
    }
  }
}

func main() {
  for _, route := range os.Args[1:] {
    from, to, _ := strings.Cut(route, ":")
    listener, err := net.Listen("tcp", loopback+from)
    if err != nil {
      panic(err)
    }
    go listen(listener, to)
  }
  select {}
}
