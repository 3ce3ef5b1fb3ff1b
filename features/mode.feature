Feature: What a payment comes to
  An authorization, an order, or a captured order, as the merchant chose.

  @req:HPP-MODE-001 @needs:browser @needs:outcome
  Rule: Without a mode no order is placed

    Scenario: A payment without a mode leaves the order to the merchant
      Given a hosted session
      When the consumer pays
      Then no order is placed

    Scenario: A payment after a decline leaves the order to the merchant
      Given a hosted session
      And the consumer has been declined
      When the consumer pays
      Then no order is placed

    Scenario: A payment without options leaves the order to the merchant
      Given a hosted session without options
      When the consumer pays
      Then no order is placed

  @req:HPP-MODE-002 @needs:browser @needs:outcome
  Rule: PLACE_ORDER places an order

    Scenario: A payment with PLACE_ORDER places an order, uncaptured
      Given the place_order_mode PLACE_ORDER
      And a hosted session
      When the consumer pays
      Then the order of the hosted session is AUTHORIZED

  @req:HPP-MODE-003 @needs:browser @needs:outcome
  Rule: CAPTURE_ORDER captures the order

    Scenario: A payment with CAPTURE_ORDER places an order and captures it
      Given the place_order_mode CAPTURE_ORDER
      And a hosted session
      When the consumer pays
      Then the order of the hosted session is CAPTURED

  @req:HPP-MODE-004 @needs:browser @needs:outcome
  Rule: The order needs no redirect

    Scenario Outline: With <mode> the order exists though nobody was redirected
      Given the place_order_mode <mode>
      And a hosted session
      When the consumer pays and leaves at once
      Then the order exists all the same

      Examples:
        | mode          |
        | PLACE_ORDER   |
        | CAPTURE_ORDER |

  @req:HPP-MODE-005 @needs:browser @needs:outcome @needs:clock
  Rule: An authorization token lives for 60 minutes

    Scenario: A token of 59 minutes places an order
      Given a hosted session
      And the clock stands 30 minutes later
      And the consumer has paid
      And the clock stands 59 minutes later
      When the merchant places the order of the hosted session
      Then the request succeeds

    Scenario: A token of 61 minutes places no order
      Given a hosted session
      And the consumer has paid
      And the clock stands 61 minutes later
      When the merchant places the order of the hosted session
      Then the request is refused

  @req:HPP-MODE-006 @needs:browser @needs:outcome
  Rule: One authorization becomes an order

    Scenario: A second authorization of a KP session places no order
      Given a hosted session
      And another hosted session of the same payment session
      And the consumer has paid
      And the order of the other hosted session is placed
      When the merchant places the order of the hosted session
      Then the request is refused

    Scenario: A token places no order beside one that the page has placed
      Given a hosted session
      And the place_order_mode PLACE_ORDER
      And another hosted session of the same payment session
      And the consumer has paid
      And the consumer has paid in the other hosted session
      When the merchant places the order of the hosted session
      Then the request is refused

    Scenario: A token that placed an order places no second one
      Given a hosted session
      And the consumer has paid
      When the merchant places the order of the hosted session twice
      Then the request is refused

  @req:HPP-MODE-007 @needs:browser @needs:outcome
  Rule: KCO ignores place_order_mode

    Scenario Outline: What becomes of a KCO order with <mode> is recorded
      Given the place_order_mode <mode>
      And a hosted session
      When the consumer pays
      Then the status of the order is recorded

      Examples:
        | mode          |
        | NONE          |
        | CAPTURE_ORDER |
