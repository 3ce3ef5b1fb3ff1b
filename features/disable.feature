Feature: Disabling a hosted session
  The merchant closes a hosted session that is no longer wanted.

  @req:HPP-DISABLE-001
  Rule: Disabling answers 204 without a body

    Scenario: Disabling a session answers 204 and nothing else
      Given a hosted session
      When the merchant disables the hosted session
      Then the response status is 204
      And the response body is empty

    @needs:browser
    Scenario Outline: Disabling a session answers 204 after the consumer <act>
      Given a hosted session
      And the consumer <act>
      When the merchant disables the hosted session
      Then the response status is 204

      Examples:
        | act                 |
        | has opened the page |
        | has gone back       |

      @needs:outcome
      Examples:
        | act                       |
        | has been declined         |
        | has met a technical error |

  @req:HPP-DISABLE-002
  Rule: A disabled session reads DISABLED

    Scenario: A session that was disabled reads disabled
      Given a hosted session
      When the merchant disables the hosted session
      Then the hosted session becomes DISABLED

    Scenario: A session that was disabled twice reads disabled
      Given a hosted session
      And the hosted session is disabled
      When the merchant disables the hosted session
      Then the hosted session becomes DISABLED

    @needs:browser
    Scenario Outline: A session that was disabled after the consumer <act> reads disabled
      Given a hosted session
      And the consumer <act>
      When the merchant disables the hosted session
      Then the hosted session becomes DISABLED

      Examples:
        | act                 |
        | has opened the page |
        | has gone back       |

  @req:HPP-DISABLE-003 @needs:browser @needs:outcome
  Rule: A completed session cannot be disabled

    Scenario: Disabling a paid session answers 400
      Given a hosted session
      And the consumer has paid
      When the merchant disables the hosted session
      Then the response status is 400
      When the merchant disables the hosted session
      Then the response status is 400

    Scenario Outline: Disabling a session that was paid with <mode> answers 400
      Given the place_order_mode <mode>
      And a hosted session
      And the consumer has paid
      When the merchant disables the hosted session
      Then the response status is 400

      Examples:
        | mode          |
        | PLACE_ORDER   |
        | CAPTURE_ORDER |

  @req:HPP-DISABLE-004
  Rule: An unknown session is not found

    Scenario: Disabling an unknown session answers 404
      Given a hosted session
      When the merchant disables a hosted session that does not exist
      Then the response status is 404
      When the merchant disables a hosted session that does not exist
      Then the response status is 404

    Scenario Outline: Disabling a session by an id with another <part> answers 404
      Given a hosted session
      When the merchant disables a hosted session with another <part> of its id
      Then the response status is 404
      And the hosted session is not DISABLED

      Examples:
        | part      |
        | beginning |
        | end       |

  @req:HPP-DISABLE-005 @needs:browser
  Rule: A disabled link shows an error

    Scenario: The link of a disabled session explains itself
      Given a hosted session
      And the hosted session has become DISABLED
      When the consumer opens the page
      Then the page explains itself and offers no payment

    Scenario: A disabled link explains itself to a consumer who was there before
      Given a hosted session
      And the consumer has opened the page
      And the hosted session has become DISABLED
      When the consumer opens the page
      Then the page explains itself and offers no payment

  @req:HPP-DISABLE-006 @needs:browser @needs:outcome
  Rule: An open page ends with its session

    Scenario: Paying on the open page of a disabled session leads nowhere
      Given a hosted session
      And the consumer has opened the page
      And the hosted session has become DISABLED
      When the consumer pays on the open page
      Then the page explains itself and offers no payment

    Scenario: Going back on the open page of a disabled session leads nowhere
      Given a hosted session
      And the consumer has opened the page
      And the hosted session has become DISABLED
      When the consumer presses back on the open page
      Then the page explains itself and offers no payment

  @req:HPP-DISABLE-007
  Rule: The answer to disabling a session twice is open

    Scenario: The answer to disabling a session again is recorded
      Given a hosted session
      And the hosted session is disabled
      When the merchant disables the hosted session
      Then the answer is recorded as "disabling a disabled session"

  @req:HPP-DISABLE-008
  Rule: The KP session can still be used after disabling

    Scenario: The KP session of a disabled session gets a new one
      Given a hosted session
      And another hosted session of the same payment session
      And the hosted session is disabled
      When the merchant creates another hosted session of the same payment session
      Then the request succeeds

  @req:HPP-DISABLE-009 @needs:browser @needs:receiver
  Rule: Whether disabling causes a callback is open

    Scenario: Whether disabling calls the merchant is recorded
      Given a hosted session whose merchant URLs are
        | status_update | ?session_id={{session_id}} |
      When the merchant disables the hosted session
      Then whether status_update is called is recorded
