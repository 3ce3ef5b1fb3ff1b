Feature: Status callbacks
  The merchant's server is told by itself what the consumer does.

  @req:HPP-CALLBACK-001 @needs:browser @needs:receiver
  Rule: What the consumer does is reported by POST

    Scenario Outline: The merchant is called though his server answers <answer>
      Given the merchant's server answers calls with <answer>
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      And the hosted session has been read
      When the consumer opens the page
      Then status_update is called

      Examples:
        | answer  |
        | 200     |
        | 500     |
        | delay   |
        | silence |

    Scenario: The merchant is called for each change
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      And the consumer has gone back
      When the consumer opens the page
      Then status_update is called for 3 changes

  @req:HPP-CALLBACK-002 @needs:browser @needs:receiver
  Rule: A callback has an event id and a session

    Scenario: A call carries its event id and the session
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer opens the page
      Then the call has an event_id and a session

  @req:HPP-CALLBACK-003 @needs:browser @needs:receiver
  Rule: The session in a callback has the form of a session that is read

    Scenario: The session in a call has the form of one that is read
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer opens the page
      Then the session of the call has the form of a session that is read

  @req:HPP-CALLBACK-004 @needs:browser @needs:receiver
  Rule: Opening the page causes a callback

    Scenario: Opening the page is told as IN_PROGRESS
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      And the hosted session has been read
      When the consumer opens the page
      Then a call tells IN_PROGRESS

    Scenario: Opening the page after going back is told as IN_PROGRESS too
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      And the consumer has gone back
      When the consumer opens the page
      Then a call tells IN_PROGRESS again

  @req:HPP-CALLBACK-005 @needs:browser @needs:outcome @needs:receiver
  Rule: A payment causes a callback

    Scenario: A payment is told as COMPLETED with what it came to
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer pays
      Then a call tells COMPLETED with what the payment came to

    Scenario Outline: With <mode>, a payment after a decline is told as COMPLETED
      Given the place_order_mode <mode>
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      And the consumer has been declined
      When the consumer pays
      Then a call tells COMPLETED with what the payment came to

      Examples:
        | mode          |
        | PLACE_ORDER   |
        | CAPTURE_ORDER |

  @req:HPP-CALLBACK-006 @needs:browser @needs:outcome @needs:receiver
  Rule: A declined payment causes a callback

    Scenario: A refusal is told as FAILED
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer is declined
      Then a call tells FAILED

  @req:HPP-CALLBACK-007 @needs:browser @needs:receiver
  Rule: Leaving the page causes a callback

    Scenario Outline: Leaving in <channel> is told as <status>
      Given a payment session of the <channel> channel
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer <act>
      Then a call tells <status>

      Examples:
        | channel   | act                  | status    |
        | ECOMMERCE | presses back         | BACK      |
        | IN_STORE  | cancels and confirms | CANCELLED |

  @req:HPP-CALLBACK-008 @needs:browser @needs:receiver
  Rule: No callback uses plain http

    Scenario: A plain http URL is refused or never called
      Given a payment session
      When the merchant creates a hosted session whose status_update URL is plain http
      Then it is refused or never called

  @req:HPP-CALLBACK-009 @needs:browser @needs:receiver @needs:clock
  Rule: A callback without an answer is repeated

    Scenario Outline: Calls about leaving in <channel> are made again if not answered
      Given the merchant's server answers calls with silence
      And a payment session of the <channel> channel
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2&session_id={{session_id}} |
      When the consumer <act>
      Then each call is made again after a while

      Examples:
        | channel   | act                  |
        | ECOMMERCE | presses back         |
        | IN_STORE  | cancels and confirms |

    @needs:outcome
    Scenario: Calls about a decline, an error and a payment are made again
      Given the merchant's server answers calls with silence
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2&session_id={{session_id}} |
      And the consumer has been declined
      And the consumer has met a technical error
      When the consumer pays
      Then each call is made again after a while

  @req:HPP-CALLBACK-010 @needs:browser @needs:receiver @needs:clock
  Rule: A callback is sent at most four times

    Scenario: A call that is never answered is given up
      Given the merchant's server answers calls with silence
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2&session_id={{session_id}} |
      When the consumer presses back
      Then each call is made at most 4 times

    @needs:outcome
    Scenario: A call about a payment that is never answered is given up
      Given the merchant's server answers calls with silence
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2&session_id={{session_id}} |
      When the consumer pays
      Then each call is made at most 4 times

  @req:HPP-CALLBACK-011 @needs:browser @needs:receiver
  Rule: Each event has its own id

    @needs:clock
    Scenario: A call that is made again keeps its event id
      Given the merchant's server answers calls with silence
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer opens the page
      Then the call that is made again keeps its event_id

    Scenario: Two events have two ids
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer presses back
      Then the calls that tell IN_PROGRESS and BACK differ in event_id

  @req:HPP-CALLBACK-012 @needs:browser @needs:receiver
  Rule: The page does not wait for the merchant's server

    Scenario: A dead server of the merchant holds no page up
      Given the merchant's server answers calls with silence
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer presses back
      Then no page waited for the merchant's server

  @req:HPP-CALLBACK-013 @needs:browser @needs:receiver @odd-urls
  Rule: The query of status_update arrives unchanged

    Scenario: The query of status_update arrives byte for byte
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=a%2Bb%3D1&n=1+2&f=&h=x&h=y&session_id={{session_id}}&z=%2f |
      When the consumer opens the page
      Then every other parameter of the status_update URL arrives unchanged

  @req:HPP-CALLBACK-014 @needs:browser @needs:receiver
  Rule: Without status_update there is no callback

    Scenario Outline: With <value> status_update nobody is called
      Given a hosted session whose merchant URLs are
        | status_update | <value> |
      When the consumer presses back
      Then nobody calls the merchant's server

      Examples:
        | value  |
        | absent |
        | empty  |

  @req:HPP-CALLBACK-015 @needs:browser @needs:receiver @needs:clock
  Rule: The reaction to an answer other than 2xx is open

    Scenario: What follows an answer of 500 is recorded
      Given the merchant's server answers calls with 500
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer opens the page
      Then whether the call is made again is recorded

  @req:HPP-CALLBACK-019 @needs:browser @needs:receiver
  Rule: A callback shows the session as it is read

    Scenario: A cancellation is told as it is read
      Given a payment session of the IN_STORE channel
      And a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer cancels and confirms
      Then the call that tells CANCELLED shows the session as it is read

    @needs:outcome
    Scenario: A payment is told as it is read
      Given a hosted session whose merchant URLs are
        | status_update | ?secret=9f2 |
      When the consumer pays
      Then the call that tells COMPLETED shows the session as it is read
