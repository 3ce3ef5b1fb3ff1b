Feature: When a hosted session ends
  A hosted session ends before its payment session, and with it.

  @req:HPP-EXPIRY-001
  Rule: A session ends before its payment session

    Scenario: A created session expires before its payment session
      Given a payment session
      When the merchant creates a hosted session
      Then expires_at lies before the end of the payment session

    @needs:clock
    Scenario: A session that is created later expires before its payment session
      Given a payment session
      And the clock stands 120 minutes later
      When the merchant creates a hosted session
      Then expires_at lies before the end of the payment session

  @req:HPP-EXPIRY-002
  Rule: A session ends an hour before its KP session

    Scenario: A created session expires 1 hour before its KP session
      Given a payment session
      When the merchant creates a hosted session
      Then expires_at lies 1 hour before the end of the KP session

    @needs:clock
    Scenario: A session created later expires 1 hour before its KP session
      Given a payment session
      And the clock stands 10 minutes later
      When the merchant creates a hosted session
      Then expires_at lies 1 hour before the end of the KP session

    Scenario: A second session expires 1 hour before its KP session
      Given a hosted session
      When the merchant creates another hosted session of the same payment session
      Then expires_at lies 1 hour before the end of the KP session

    @needs:clock
    Scenario: A second session created later expires 1 hour before its KP session
      Given a hosted session
      And the clock stands 10 minutes later
      When the merchant creates another hosted session of the same payment session
      Then expires_at lies 1 hour before the end of the KP session

    @needs:browser
    Scenario: A session with an open page expires 1 hour before its KP session
      Given a hosted session
      And the consumer has opened the page
      When the merchant reads the hosted session
      Then expires_at lies 1 hour before the end of the KP session

  @req:HPP-EXPIRY-003
  Rule: A session ends 47 hours after its KCO order changed

    Scenario: A created session expires 47 hours after its KCO order changed
      Given a payment session
      When the merchant creates a hosted session
      Then expires_at lies 47 hours after the last change of the KCO order

    @needs:clock
    Scenario: A session created later expires 47 hours after the order changed
      Given a payment session
      And the clock stands 10 minutes later
      When the merchant creates a hosted session
      Then expires_at lies 47 hours after the last change of the KCO order

  @req:HPP-EXPIRY-004
  Rule: A KP session lives 48 hours

    Scenario: A new KP session expires 48 hours after its creation
      When the merchant creates a payment session
      Then the KP session ends 48 hours after its creation

    Scenario: A second KP session in a shop expires 48 hours after its creation
      Given a payment session of the IN_STORE channel
      When the merchant creates a payment session
      Then the KP session ends 48 hours after its creation

  @req:HPP-EXPIRY-005
  Rule: A new session ends in the future

    @leaves-open
    Scenario: A created session has not yet expired
      Given a payment session
      When the merchant creates a hosted session
      Then expires_at lies in the future

    @needs:clock
    Scenario: A session that is created later has not yet expired
      Given a payment session
      And the clock stands 120 minutes later
      When the merchant creates a hosted session
      Then expires_at lies in the future

  @req:HPP-EXPIRY-006
  Rule: Create and read agree on the end

    @leaves-open
    Scenario: A read session expires when the created one said
      Given a hosted session
      When the merchant reads the hosted session
      Then expires_at is the created one

    Scenario: A session of an earlier run lives until its end
      Given a hosted session of an earlier run that has not ended
      When the merchant reads the hosted session
      Then the hosted session lives until its end

  @req:HPP-EXPIRY-007
  Rule: Whether an update of the KP session moves the end is open

    Scenario: What an update of the KP session does to the end is recorded
      Given a hosted session that is 10 minutes old where the clock can be moved
      When the merchant changes the payment session
      Then whether expires_at has moved is recorded

  @req:HPP-EXPIRY-008
  Rule: Whether an update of the KCO order moves the end is open

    Scenario: What an update of the KCO order does to the end is recorded
      Given a hosted session that is 10 minutes old where the clock can be moved
      When the merchant changes the payment session
      Then whether expires_at has moved is recorded

  @req:HPP-EXPIRY-009
  Rule: Sessions of one KP session end together

    Scenario: The third session of a KP session expires at the same time
      Given a hosted session
      And another hosted session of the same payment session
      When the merchant creates another hosted session of the same payment session
      Then both hosted sessions share expires_at

  @req:HPP-EXPIRY-010 @needs:browser @needs:clock
  Rule: An expired link takes no payment

    Scenario: The link of an expired session offers no payment
      Given a hosted session
      And the clock stands 1 minute after the end of the hosted session
      When the consumer opens the page
      Then the page explains itself and offers no payment

    @needs:outcome
    Scenario: A page that was open before the session expired takes no payment
      Given a hosted session
      And the consumer has opened the page
      And the clock stands 1 minute after the end of the hosted session
      When the consumer pays on the open page
      Then the page explains itself and offers no payment

  @req:HPP-EXPIRY-010 @needs:browser
  Rule: The link of a session that an earlier run left takes no payment

    Scenario: The link of a session of an earlier run offers no payment
      Given a hosted session of an earlier run whose time has passed
      When the consumer opens the page
      Then the page explains itself and offers no payment

  @req:HPP-EXPIRY-011 @needs:clock
  Rule: An expired session cannot be read

    Scenario: Reading an expired session answers 404
      Given a hosted session
      And the clock stands 1 minute after the end of the hosted session
      When the merchant reads the hosted session
      Then the response status is 404

    Scenario: Reading an expired session that was disabled answers 404
      Given a hosted session
      And the hosted session is disabled
      And the clock stands 1 minute after the end of the hosted session
      When the merchant reads the hosted session
      Then the response status is 404

    @needs:browser
    Scenario Outline: Reading an expired session whose consumer <act> answers 404
      Given a hosted session
      And the consumer <act>
      And the clock stands 1 minute after the end of the hosted session
      When the merchant reads the hosted session
      Then the response status is 404

      Examples:
        | act                 |
        | has opened the page |
        | has gone back       |

      @needs:outcome
      Examples:
        | act               |
        | has been declined |

  @req:HPP-EXPIRY-011
  Rule: A session that an earlier run left cannot be read after its end

    Scenario: Reading a session of an earlier run after its end answers 404
      Given a hosted session of an earlier run whose time has passed
      When the merchant reads the hosted session
      Then the response status is 404

  @req:HPP-EXPIRY-012 @needs:clock
  Rule: An expired session cannot be disabled

    Scenario: Disabling an expired session answers 404
      Given a hosted session
      And the clock stands 1 minute after the end of the hosted session
      When the merchant disables the hosted session
      Then the response status is 404

    Scenario: Disabling an expired session that was disabled answers 404
      Given a hosted session
      And the hosted session is disabled
      And the clock stands 1 minute after the end of the hosted session
      When the merchant disables the hosted session
      Then the response status is 404

    @needs:browser
    Scenario: Disabling an expired session with an open page answers 404
      Given a hosted session
      And the consumer has opened the page
      And the clock stands 1 minute after the end of the hosted session
      When the merchant disables the hosted session
      Then the response status is 404

  @req:HPP-EXPIRY-012
  Rule: A session that an earlier run left cannot be disabled after its end

    Scenario: Disabling a session of an earlier run after its end answers 404
      Given another hosted session of an earlier run whose time has passed
      When the merchant disables the hosted session
      Then the response status is 404

  @req:HPP-EXPIRY-013 @needs:clock
  Rule: The link of an expired session is not sent

    Scenario Outline: A distribution of an expired session by <method> answers 404
      Given a hosted session
      And the clock stands 1 minute after the end of the hosted session
      When the merchant distributes the hosted session by <method>
      Then the response status is 404

      Examples:
        | method |
        | email  |
        | sms    |

  @req:HPP-EXPIRY-013
  Rule: The link of a session that an earlier run left is not sent after its end

    Scenario: A distribution of a session of an earlier run answers 404
      Given a hosted session of an earlier run whose time has passed
      When the merchant distributes the hosted session by email
      Then the response status is 404

  @req:HPP-EXPIRY-014
  Rule: The end of a session is in UTC

    Scenario: A created session expires at a time in UTC
      Given a payment session
      When the merchant creates a hosted session
      Then expires_at is a date-time in UTC

    Scenario: A read session expires at a time in UTC
      Given a hosted session
      When the merchant reads the hosted session
      Then expires_at is a date-time in UTC

  @req:HPP-EXPIRY-015 @needs:clock
  Rule: The last hour of a payment session is open

    Scenario: The answer to a creation in the last hour is recorded
      Given a payment session
      And the clock stands 30 minutes before the end of the payment session
      When the merchant creates a hosted session
      Then the answer is recorded as "creation in the last hour of the payment session"

  @req:HPP-EXPIRY-016
  Rule: A session ends with its payment session

    @needs:browser @needs:outcome
    Scenario: A session closes when its payment session has ended
      Given a hosted session
      When the payment session comes to its end
      Then the hosted session is no longer open

    @needs:browser @needs:outcome
    Scenario: A session with an open page closes with its payment session
      Given a hosted session
      And the consumer has opened the page
      When the payment session comes to its end
      Then the hosted session is no longer open

    @needs:clock
    Scenario: A session closes when its payment session has expired
      Given a hosted session
      And the clock stands 1 minute after the end of the payment session
      When the merchant reads the hosted session
      Then the hosted session is no longer open
