/// What the line of a client says in the text of a run.
struct ClientLine {
  var startsAt: Duration
  var host: Int
  var manners: Manners
}
