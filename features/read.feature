Feature: Reading a hosted session
  The merchant learns by reading where a hosted session stands.

  @req:HPP-READ-001
  Rule: Reading answers the state of the session

    Scenario: Reading a session answers its state
      Given a hosted session
      When the merchant reads the hosted session
      Then the response status is 200
      And the response conforms to the session schema

  @req:HPP-READ-002
  Rule: The read session is the requested one

    Scenario: The session that is read carries the requested id
      Given a hosted session
      When the merchant reads the hosted session
      Then the session_id is the created one

  @req:HPP-READ-003 @needs:browser @needs:outcome
  Rule: A paid session carries its token

    Scenario: A paid session without an order has an authorization token
      Given a hosted session
      And the consumer has paid
      When the merchant reads the hosted session
      Then the member authorization_token is a non-empty string

  @req:HPP-READ-004 @needs:browser @needs:outcome
  Rule: A paid session with an order carries its id and reference

    Scenario Outline: A session paid with <mode> names its order
      Given the place_order_mode <mode>
      And a hosted session
      And the consumer has paid
      When the merchant reads the hosted session
      Then the member order_id is a non-empty string
      And the member klarna_reference is a non-empty string

      Examples:
        | mode          |
        | PLACE_ORDER   |
        | CAPTURE_ORDER |

  @req:HPP-READ-005
  Rule: A session of a KCO order has no token

    Scenario: A waiting session of a KCO order has no authorization token
      Given a hosted session
      When the merchant reads the hosted session
      Then the response has no member authorization_token

    @needs:browser @needs:outcome
    Scenario: A paid session of a KCO order has no authorization token
      Given a hosted session
      And the consumer has paid
      When the merchant reads the hosted session
      Then the response has no member authorization_token

  @req:HPP-READ-006 @needs:browser @needs:outcome
  Rule: A paid session of a KCO order carries its order

    Scenario: A paid session of a KCO order names the order
      Given a hosted session
      And the consumer has paid
      When the merchant reads the hosted session
      Then the member order_id is a non-empty string

  @req:HPP-READ-007
  Rule: Token and order exist only after a payment

    Scenario: A waiting session has neither token nor order
      Given a hosted session
      When the merchant reads the hosted session
      Then the response has no member authorization_token
      And the response has no member order_id

  @req:HPP-READ-008
  Rule: An unknown session is not found

    Scenario: Reading an unknown session answers 404
      Given a hosted session
      When the merchant reads a hosted session that does not exist
      Then the response status is 404
      And it is not found when it is read again

    Scenario Outline: Reading a session by an id with another <part> answers 404
      Given a hosted session
      When the merchant reads a hosted session with another <part> of its id
      Then the response status is 404

      Examples:
        | part      |
        | beginning |
        | end       |

    Scenario: The id of the payment session reads no hosted session
      Given a hosted session
      When the merchant asks for a hosted session by the id of its payment session
      Then the response status is 404

  @req:HPP-READ-009
  Rule: Reading changes nothing

    Scenario: A session keeps its status while it is read
      Given a hosted session
      When the merchant reads the hosted session
      Then the hosted session keeps its status when it is read again

  @req:HPP-READ-010 @needs:browser @needs:outcome
  Rule: Data about the consumer has the documented form

    Scenario: What a paid session tells of the consumer is recorded
      Given a hosted session
      And the consumer has paid
      When the merchant reads the hosted session
      Then it is recorded which of the members are given
        | customer              |
        | manual_identification |
