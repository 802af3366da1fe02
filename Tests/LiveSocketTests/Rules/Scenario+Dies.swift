extension Scenario {
  /// DIES: the kernel of a process that dies sends an end, or a reset if something is unread; porxy passes on which.
  static let deaths = [
    Scenario("the server dies with everything read") { stage in
      let server = try Mortal(.server, "read", at: stage.server.address)
      let client = try stage.connect()
      client.say(5)
      let read = server.process.writes("read 5")
      server.process.kill()
      return ["\(read)", "\(client.hearAll())", client.writeUntilError(), client.readOnce()]
    },
    Scenario("the server dies with something unread") { stage in
      let server = try Mortal(.server, "peek", at: stage.server.address)
      let client = try stage.connect()
      client.say(5)
      let seen = server.process.writes("seen 5")
      server.process.kill()
      return ["\(seen)", "\(client.hearAll())", client.writeUntilError()]
    },
    Scenario("the server dies while it streams") { stage in
      let server = try Mortal(.server, "stream", at: stage.server.address)
      let client = try stage.connect()
      let heard = client.discard(1 << 20)
      server.process.kill()
      return [heard, client.discard(.max)]
    },
    Scenario("the server dies while the client streams") { stage in
      let server = try Mortal(.server, "peek", at: stage.server.address)
      let client = try stage.connect()
      let filled = client.fill(quiet: .milliseconds(100)).end
      server.process.kill()
      return [filled, client.streamUntilError(), client.readOnce()]
    },
    Scenario("the client dies with everything read") { stage in
      stage.server.listen()
      let client = try stage.spawnClient("read")
      let server = try stage.server.accept()
      server.say(5)
      let read = client.process.writes("read 5")
      client.process.kill()
      return ["\(read)", "\(server.hearAll())", server.writeUntilError()]
    },
    Scenario("the client dies with something unread") { stage in
      stage.server.listen()
      let client = try stage.spawnClient("peek")
      let server = try stage.server.accept()
      server.say(5)
      let seen = client.process.writes("seen 5")
      client.process.kill()
      return ["\(seen)", "\(server.hearAll())", server.writeUntilError()]
    },
    Scenario("the client dies while it streams") { stage in
      stage.server.listen()
      let client = try stage.spawnClient("stream")
      let server = try stage.server.accept()
      let heard = server.discard(1 << 20)
      client.process.kill()
      return [heard, server.discard(.max)]
    },
  ]
}
